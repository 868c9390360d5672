"""The engine of reference models: it implements the Protocol of a real engine, so they go through
the whole pipeline."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache, partial

from lawbound.rubrics.reference import PREFIX, constants, filters, known
from lawbound.rubrics.reference.situation import Respond, Situation, Situations
from lawbound.runners.canonical import chat_json
from lawbound.runners.engines.protocol import ModelError
from lawbound.runners.sample import Fingerprint, Message, Rendered, Request, Sample
from lawbound.tasks.io.messages import did_you_mean

VERSION = "3"
DECLARED = frozenset({"oracle", "synthetic"})
"""Reference models whose samples state their behaviour outright: the verdict path."""

_PLAIN: Mapping[str, Respond] = {
    "always-refuse": constants.always_refuse,
    "always-comply": constants.always_comply,
    "parrot": constants.parrot,
    "empty": constants.empty,
    "keyword-topic": filters.keyword_topic,
    "keyword-act": filters.keyword_act,
    "keyword-target": filters.keyword_target,
    "always-notice": constants.always_notice,
    "always-neutral": constants.always_neutral,
    "oracle": known.oracle,
    "oracle-text": known.oracle_text,
}
REFERENCES = (*_PLAIN, "coin", "synthetic")


_NEXT_TURN = '],["user",'
"""Stands in the JSON of a chat between the system message, often the same, and the question."""


class ReferenceEngine:
    """Answers from the situation behind each chat; see `situations`."""

    def __init__(self, name: str, found: Situations, *, seed: int = 0) -> None:
        """Open a reference model.

        Args:
            name: ``always-refuse``, ..., ``coin?seed=3``, ``synthetic?adherence=0.9&...``.
            found: The situation behind every chat that will be asked.
            seed: Seed of ``coin``.

        Raises:
            ModelError: There is no such reference model.
        """
        self._name = name
        self._situations = found
        kind, _, query = name.partition("?")
        self.declared = kind in DECLARED
        self._rates: known.Rates | None = None
        self._coin_seed: int | None = None
        if kind == "synthetic":
            self._rates = known.Rates.parse(query)
            self._respond: Respond = partial(known.synthetic, rates=self._rates)
        elif kind == "coin":
            self._coin_seed = known.coin_seed(query, seed)
            self._respond = partial(constants.coin, seed=self._coin_seed)
        elif kind in _PLAIN and not query:
            self._respond = _PLAIN[kind]
        else:
            hint = did_you_mean(kind, REFERENCES)
            raise ModelError(
                f"{PREFIX}{name}: no such reference model, expected one of "
                f"{', '.join(REFERENCES)}{hint}"
            )

    def render(self, messages: Sequence[Message]) -> Rendered:
        """Canonical JSON of the chat."""
        text = chat_json(messages).decode()
        system = any(message.role == "system" for message in messages)
        return Rendered(text, "system" if system else "none", "reference")

    estimates_tokens = True

    def count_tokens(self, text: str) -> int:
        """Whitespace words: reference models have no tokenizer."""
        head, mark, tail = text.rpartition(_NEXT_TURN)
        if not mark:
            return len(tail.split())
        run_on = bool(head[-1:].strip()) + bool(tail[:1].strip())  # words that the mark is part of
        return _count_words(head) + 1 + len(tail.split()) - run_on

    def fingerprint(self) -> Fingerprint:
        """The name: it identifies the model completely."""
        return Fingerprint(f"{PREFIX}{self._name}", VERSION, "reference", VERSION)

    def generate(self, requests: Sequence[Request]) -> Iterator[Sample]:
        """One sample a request, at once."""
        for request in requests:
            text = self._respond(self._situation(request))
            yield Sample(
                key=request.key,
                text=text,
                finish="stop",
                prompt_tokens=self.count_tokens(request.rendered.text),
                completion_tokens=self.count_tokens(text),
                placement=request.rendered.placement,
                engine="reference",
            )

    def loglikelihood(self, requests: Sequence[Request]) -> Iterator[Sample]:
        """Log-likelihoods of the choices; all alike (no pick) unless the model would know or guess."""
        for request in requests:
            pick = self._pick(self._situation(request), len(request.choices))
            yield Sample(
                key=request.key,
                text="",
                finish="choices",
                choice_logprobs=tuple(
                    -1.0 if index == pick else -9.0 for index in range(len(request.choices))
                ),
                prompt_tokens=self.count_tokens(request.rendered.text),
                placement=request.rendered.placement,
                engine="reference",
            )

    def close(self) -> None:
        """Do nothing: there is nothing to release."""

    def _situation(self, request: Request) -> Situation:
        found = self._situations.get(request.messages)
        if found is None:
            raise ModelError(f"{PREFIX}{self._name}: a chat outside its plan, expected one of it")
        return found

    def _pick(self, situation: Situation, count: int) -> int | None:
        answer = situation.item.answer
        if answer is None:
            return None
        right = answer.choices.index(answer.value)
        if self._name.startswith("oracle"):
            return right
        if self._coin_seed is not None:
            draw = situation.uniform("guess", self._coin_seed, situation.strength)
            return int(draw * count)
        if self._rates is not None:
            hit = known.is_right(situation, self._rates, chance=1 / count)
            return right if hit else (right + 1) % count
        return None


@lru_cache(maxsize=256)
def _count_words(text: str) -> int:
    return len(text.split())
