"""From chat messages to the text that a local model sees, without ever dropping the policy.

A model without chat template gets a plain style with sections, and its answer ends where it opens
the next section:

    ### Instructions
    (the policy; left out where there is none)

    ### Question
    ...

    ### Answer
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from lawbound.runners.engines.protocol import ModelError
from lawbound.runners.prompt import on_top_of_user_turn, system_text
from lawbound.runners.sample import Message, Placement, Rendered

BASE_STYLE = "lawbound-base-1"
BASE_STOP = "\n### "
TEMPLATE_DATE = "26 Jul 2024"
"""A fixed date for templates that print today's keeps a prompt, and its key, the same tomorrow."""


class ChatTokenizer:
    """A tokenizer together with the chat template that it brings, or the plain style."""

    def __init__(self, tokenizer: Any) -> None:
        """Take a tokenizer of transformers."""
        self.tokenizer = tokenizer
        self.template = chat_template(tokenizer)

    @property
    def stops(self) -> tuple[str, ...]:
        """Texts that end an answer in the plain style; a chat template has tokens for that."""
        return (BASE_STOP,) if self.template is None else ()

    def render(self, messages: Sequence[Message]) -> Rendered:
        """The text that the model sees."""
        return render_chat(self.tokenizer, self.template, messages)

    def encode(self, text: str) -> list[int]:
        """Tokens of a rendered text. A chat template has written its own special tokens into it."""
        return list(self.tokenizer.encode(text, add_special_tokens=self.template is None))

    def encode_all(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        """Tokens of many rendered texts, which a fast tokenizer finds side by side."""
        if not texts:
            return []
        encoded = self.tokenizer(list(texts), add_special_tokens=self.template is None)
        return [tuple(tokens) for tokens in encoded["input_ids"]]

    def encode_part(self, text: str) -> list[int]:
        """Tokens of a text inside another."""
        return list(self.tokenizer.encode(text, add_special_tokens=False))

    def continuation(self, text: str, head: Sequence[int], choice: str) -> list[int]:
        """Tokens of a choice after a rendered text; its own if the two would merge into one.

        Args:
            text: The rendered text.
            head: Its tokens.
            choice: A possible continuation.
        """
        whole = self.encode(text + choice)
        if whole[: len(head)] == list(head) and len(whole) > len(head):
            return whole[len(head) :]
        return self.encode_part(choice)


def chat_template(tokenizer: Any) -> str | None:
    """The tokenizer's default chat template, or none."""
    if not getattr(tokenizer, "chat_template", None):
        return None
    return str(tokenizer.get_chat_template())


def render_chat(tokenizer: Any, template: str | None, messages: Sequence[Message]) -> Rendered:
    """Apply the model's own template, or the plain style."""
    if template is None:
        placed: Placement = "user" if any(m.role == "system" for m in messages) else "none"
        return Rendered(_base_text(messages), placed, _sha256(BASE_STYLE))
    from jinja2 import TemplateError

    digest = _sha256(template)
    policy = system_text(messages)
    if not policy:
        try:
            return Rendered(_apply(tokenizer, messages), "none", digest)
        except TemplateError as error:
            raise ModelError(f"chat template: {error}, expected it to take the messages") from error
    try:
        text = _apply(tokenizer, messages)
        if policy.strip() in text:
            return Rendered(text, "system", digest)
    except TemplateError:
        pass
    try:
        text = _apply(tokenizer, on_top_of_user_turn(messages))
    except TemplateError as error:
        raise ModelError(f"chat template: {error}, expected it to take the messages") from error
    if policy.strip() not in text:
        raise ModelError(
            "chat template: the policy is not in its text, expected it in the user turn"
        )
    return Rendered(text, "user", digest)


def _apply(tokenizer: Any, messages: Sequence[Message]) -> str:
    chat = [{"role": message.role, "content": message.content} for message in messages]
    return str(
        tokenizer.apply_chat_template(
            chat, tokenize=False, add_generation_prompt=True, date_string=TEMPLATE_DATE
        )
    )


def _base_text(messages: Sequence[Message]) -> str:
    heads = {"system": "Instructions", "user": "Question", "assistant": "Answer"}
    parts = [f"### {heads[message.role]}\n{message.content}\n\n" for message in messages]
    return "".join(parts) + "### Answer\n"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
