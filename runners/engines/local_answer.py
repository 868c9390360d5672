"""From tokens to a sample: where an answer ends, and what of it is thinking."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lawbound.runners.engines.thinking import MARKERS, Split, opens_thinking, split_thinking
from lawbound.runners.sample import Finish, Request, Sample


@dataclass(frozen=True, slots=True)
class Prompt:
    """A request in tokens."""

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
        # A stop text never has more tokens than characters.
        recent = written[-max(map(len, prompt.stops)) - 8 :]
        return _first_stop(self._text(recent), prompt.stops) is not None

    def cut(self, prompt: Prompt, written: Sequence[int]) -> list[int]:
        """Tokens up to where the answer ends, for tokens that came all at once."""
        for end in range(1, len(written) + 1):
            if self.is_finished(prompt, written[:end]):
                return list(written[:end])
        return list(written)

    def sample(self, prompt: Prompt, written: Sequence[int], seconds: float) -> Sample:
        """The sample of a finished answer."""
        ended = bool(written) and written[-1] in self.end_tokens
        kept = written[:-1] if ended else written
        split = self._split(prompt, kept)
        text = split.answer
        stop = _first_stop(text, prompt.stops)
        finish: Finish = "stop" if ended or stop is not None else "length"
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
        rendered = prompt.request.rendered
        return Sample(
            key=prompt.request.key,
            prompt_tokens=len(prompt.tokens),
            prompt_hash=hashlib.sha256(rendered.text.encode("utf-8", "surrogatepass")).hexdigest(),
            placement=rendered.placement,
            engine=self.engine,
            **fields,
        )

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
