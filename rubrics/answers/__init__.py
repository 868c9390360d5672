"""Checking what can be checked by a program: final answers, claims of fact, constraints of form.

`verifiable` chooses by an item's kind. There are three ways, each best read from its first module
on:

- the answer of a puzzle: `checking`; `final` finds what is given as the answer, `named` which choice is meant,
  `quantities` which number (`numbers` reads how it is written, `digits` other scripts), `hedges` whether it is
  stated at all;
- claims of fact: `facts`; `places` finds where a claim stands, past `openings` and with plain `replies` read
  as yes or no, `cues` are the words that show that it is not made, `reports` those that say it of others;
- a creative text: `constraints`, over the text as `written` takes it apart.
"""
