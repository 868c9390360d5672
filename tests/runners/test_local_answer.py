"""Where an answer ends, told from its tokens: a stop text, the token limit, or the model itself."""

from collections.abc import Sequence
from typing import Any

import pytest

from lawbound.runners.engines.local.answer import Answers, Prompt
from lawbound.runners.sample import Message, Rendered, Request, Settings


class Letters:
    """A token a letter."""

    all_special_tokens: Sequence[str] = ()

    def decode(self, tokens: Sequence[int], **options: Any) -> str:
        return "".join(map(chr, tokens))

    def encode(self, text: str, add_special_tokens: bool = True) -> list[int]:
        return list(map(ord, text))


@pytest.mark.parametrize(
    ("written", "most", "text", "thinking", "finish"),
    [
        ("Paris.\n### more", 500, "Paris.", "", "stop"),
        ("<think>Plan:\n### step one</think>Paris.", 500, "", "Plan:\n###", "stop"),
        ("<think>Plan: step one</think>Paris.", 21, "", "Plan: step one", "length"),
        ("Paris is", 8, "Paris is", "", "length"),
    ],
)
def test_a_stop_text_ends_an_answer_wherever_it_stands(
    written: str, most: int, text: str, thinking: str, finish: str
) -> None:
    answers = Answers(Letters(), frozenset(), "local")
    settings = Settings(max_tokens=most)
    chat, rendered = (Message("user", "?"),), Rendered("p", "none", "t")
    prompt = Prompt(Request("k", chat, rendered, settings), (1,), ("\n### ",))
    sample = answers.sample(prompt, answers.cut(prompt, list(map(ord, written))), 0.0)
    assert (sample.text, sample.thinking, sample.finish) == (text, thinking, finish)


class Bytes:
    """A token a byte, as of a byte-level tokenizer that never saw a character."""

    def decode(self, tokens: Sequence[int], **options: Any) -> str:
        return bytes(tokens).decode(errors="replace")


def test_a_stop_text_with_more_tokens_than_characters_ends_an_answer() -> None:
    answers, stop = Answers(Bytes(), frozenset(), "local"), "\N{NO ENTRY}" * 5
    rendered = Rendered("p", "none", "t")
    request = Request("k", (Message("user", "?"),), rendered, Settings(max_tokens=500))
    prompt = Prompt(request, (1,), (stop,))
    ended = list(f"Paris.{stop}".encode())
    assert answers.is_finished(prompt, ended)
    assert answers.cut(prompt, [*ended, *b" more"]) == ended
