"""What an answer did, read offline from its words: see `grade`.

The modules, in the order in which an answer passes through them (docs/grader.md gives the reasons):

1. preparation: `prompt` (what is asked for) by `forms`, `text`, `variants` and `answer` (sentences, quotations),
   `clues` (which words of the lexicons occur) with `anchors` (substring search), `language`; `broken` and `foreign` end
   here;
2. the lexicons: `lexicon` reads them, `signal` is one kind of phrase, `literals` are strings that its expressions
   need; `decline`, `unknown`, `idle` (declines that decline nothing), `samples` (wordings that are only mentioned),
   `anatomy`, `addons` (with `rebuttal`), `sides` and `subject` report what they find, `lexical` decides from that alone,
   by the rules of `refusal`, `lecture` (law and counsel in place of help) and `curt`; `repeats` ends here; a `draft` is an answer
   that they leave open;
3. the learned part, for drafts: `opinion` calls `excerpt` (what is read), `concepts`, `ngrams` and `learned` (sentences),
   `traits` and `head` (the answer), `gist` (the answer with its prompt), and `arbiter` (a decline beside
   something served);
4. `decision` decides, and takes no `code` for an evasion.

A thinking trace is read separately: `trace` finds what it resolves to do, from the phrases of `musing`. `truncation`
guesses whether an answer was cut off, for files that do not say.
"""

from lawbound.rubrics.behaviour.decision import Asked, grade, grade_all

__all__ = ["Asked", "grade", "grade_all"]
