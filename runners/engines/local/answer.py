"""From tokens to a sample: where an answer ends, and which part of it is thinking."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lawbound.runners.engines.thinking import MARKERS, Split, opens_thinking, split_thinking
from lawbound.runners.sample import Finish, Request, Sample, sample_of


@dataclass(frozen=True, slots=True)
class Prompt:
    """A request as tokens."""

    request: Request
    tokens: tuple[int, ...]
    stops: tuple[str, ...]
    """Texts that end the answer: the request's and the prompt style's."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Turns tokens into samples, for one tokenizer."""

    tokenizer: Any
    end_tokens: frozenset[int]
    engine: str

    def is_finished(self, prompt: Prompt, written: Sequence[int]) -> bool:
        """Whether the last token ended the answer."""
        if written[-1] in self.end_tokens or len(written) >= prompt.request.settings.max_tokens:
            return True
        if not prompt.stops:
            return False
        # A token holds at least one byte of the stop; eight more for one that begins inside a token.
        most = max(len(stop.encode()) for stop in prompt.stops) + 8
        return self._has_stop(prompt, written[-most:])

    def cut(self, prompt: Prompt, written: Sequence[int]) -> list[int]:
        """Tokens up to where the answer ends, for tokens that came all at once."""
        for end in range(1, len(written) + 1):
            if self.is_finished(prompt, written[:end]):
                return list(written[:end])
        return list(written)

    def sample(
        self,
        prompt: Prompt,
        written: Sequence[int],
        seconds: float,
        *,
        finish: Finish | None = None,
    ) -> Sample:
        """The sample of a finished answer.

        Args:
            prompt: The prompt.
            written: Tokens of the answer, the one that ended it included.
            seconds: The time it took.
            finish: How it ended, if the engine says so; None takes what its tokens show.
        """
        ended = bool(written) and written[-1] in self.end_tokens
        kept = written[:-1] if ended else written
        split = self._split(prompt, kept)
        text = split.answer
        stop = _first_stop(text, prompt.stops)
        if finish is None:
            # A stop text may also end the thinking, after which there is no answer.
            stopped = stop is not None or self._has_stop(prompt, kept)
            finish = "stop" if ended or stopped else "length"
        thinking_tokens = 0
        if split.thinking:
            thinking_tokens = len(self.tokenizer.encode(split.thinking, add_special_tokens=False))
        return self._about(
            prompt,
            text=text if stop is None else text[:stop],
            finish=finish,
            thinking=split.thinking,
            thinking_tokens=min(thinking_tokens, len(written)),
            completion_tokens=len(written),
            seconds=seconds,
        )

    def scored(self, prompt: Prompt, logprobs: Sequence[float], seconds: float) -> Sample:
        """The sample of a request with choices."""
        return self._about(
            prompt, text="", finish="choices", choice_logprobs=tuple(logprobs), seconds=seconds
        )

    def failed(self, prompt: Prompt, error: str) -> Sample:
        """A sample without an answer."""
        return self._about(prompt, text="", finish="error", error=error)

    def _about(self, prompt: Prompt, **fields: Any) -> Sample:
        return sample_of(prompt.request, self.engine, prompt_tokens=len(prompt.tokens), **fields)

    def _has_stop(self, prompt: Prompt, tokens: Sequence[int]) -> bool:
        return bool(prompt.stops) and _first_stop(self._text(tokens), prompt.stops) is not None

    def _split(self, prompt: Prompt, tokens: Sequence[int]) -> Split:
        opened = opens_thinking(prompt.request.rendered.text)
        text = self._text(tokens)
        special = [marker for marker in MARKERS if marker in self.tokenizer.all_special_tokens]
        if not special:
            return split_thinking(text, opened=opened)
        marked = split_thinking(self._text(tokens, keep_special=True), opened=opened)
        return Split(self._unmarked(marked.thinking), self._unmarked(marked.answer))

    def _unmarked(self, text: str) -> str:
        for token in self.tokenizer.all_special_tokens:
            text = text.replace(token, "")
        return text

    def _text(self, tokens: Sequence[int], *, keep_special: bool = False) -> str:
        return str(
            self.tokenizer.decode(
                list(tokens),
                skip_special_tokens=not keep_special,
                clean_up_tokenization_spaces=False,
            )
        )


def _first_stop(text: str, stops: Sequence[str]) -> int | None:
    places = [place for stop in stops if stop and (place := text.find(stop)) >= 0]
    return min(places) if places else None
