"""What an answer did, told offline from its words: see `grade`.

In the order in which an answer goes through them (docs/grader.md tells why):

1. taking apart: `prompt` (what is asked for), `text`, `signs` and `answer` (sentences, quotations), `anchors`
   (substrings by which the lexicons know a sentence), `language`; `broken` and `foreign` end here;
2. the lexicons: `lexicon` reads them, `signal` is one kind of phrase; `decline`, `unknown`, `anatomy`, `addons`,
   `sides` and `subject` say what they find, `lexical` what they alone would make of it, by the rules of `refusal` and
   `curt`; a `draft` is what they leave open;
3. the learned part, where they leave something open: `opinion` calls `excerpt` (what is read), `concepts` and
   `learned` (sentences), `traits` and `head` (the answer), `gist` (beside its prompt), and `arbiter` (a decline
   beside something served);
4. `decision` decides.

A thinking trace is read apart: `trace` says what it resolves to do, from the phrases that `musing` reads.
`truncation` guesses, for files that do not say so, whether an answer was cut off.
"""

from lawbound.rubrics.behaviour.decision import Asked, grade, grade_all

__all__ = ["Asked", "grade", "grade_all"]
