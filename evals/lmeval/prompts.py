"""Whether a prompt that lm-eval logged is what our document asks and, as far as can be seen, nothing more."""

from __future__ import annotations

import json
from collections.abc import Mapping

from lawbound.evals.folder.files import FolderError
from lawbound.evals.folder.prompts import shared_start
from lawbound.evals.lmeval.docs import DocArm
from lawbound.tasks.io.yaml_files import quoted


def check_prompt(arm: DocArm, prompt: str, where: str, *, is_chat: bool) -> None:
    """Check that the policy reached the model, through a chat template, with the question after it.

    Args:
        arm: The arm that was meant to be asked.
        prompt: The logged prompt: a text, or the messages as JSON.
        where: The file and line that it comes from.
        is_chat: Whether the prompt holds messages.

    Raises:
        FolderError: It is another prompt.
    """
    _refuse_lost_policy(arm, prompt, where)
    if is_chat:
        _refuse_other_messages(arm, prompt, where)
        return
    end = _end(prompt, arm.system, 0) if arm.system else 0
    if _end(prompt, arm.question, end) < 0:
        raise FolderError(
            f"{where}: the question of '{arm.item.id}' is not in the prompt{' after the policy' * bool(end)}, "
            "expected it as shipped"
        )


def holds_policy(prompt: str, policy: str) -> bool:
    """Whether a prompt contains a policy, possibly as JSON; many templates trim its ends."""
    return _end(prompt, policy, 0) >= 0


def _end(prompt: str, text: str, start: int) -> int:
    """Where the first occurrence of a text at `start` or later ends in a prompt; -1 without one."""
    text = text.strip()
    for form in (text, json.dumps(text, ensure_ascii=False)[1:-1], json.dumps(text)[1:-1]):
        if (place := prompt.find(form, start)) >= 0:
            return place + len(form)
    return -1


def _refuse_lost_policy(arm: DocArm, prompt: str, where: str) -> None:
    if not arm.system:
        return
    if not holds_policy(prompt, arm.system):
        raise FolderError(
            f"{where}: the policy of '{arm.condition}' is not in the prompt (does the template "
            "reject system messages?), expected it to reach the model"
        )
    if prompt.replace(arm.system, "", 1).strip() == arm.question.strip():
        raise FolderError(
            f"{where}: policy and question stand glued without a chat template, expected "
            "--apply_chat_template"
        )


def _refuse_other_messages(arm: DocArm, prompt: str, where: str) -> None:
    """A chat API's messages are logged one by one, so they can be told from any others."""
    expected = [("system", arm.system)] if arm.system else []
    expected.append(("user", arm.question))
    try:
        found = json.loads(prompt)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not all(isinstance(turn, Mapping) for turn in found):
        raise FolderError(f"{where}: found {quoted(prompt)}, expected a list of messages")
    turns = [(str(turn.get("role")), str(turn.get("content"))) for turn in found]
    if [role for role, _ in turns] != [role for role, _ in expected]:
        raise FolderError(
            f"{where}: found messages of {', '.join(role for role, _ in turns)}, expected "
            f"{', '.join(role for role, _ in expected)}"
        )
    for (role, text), (_, own) in zip(turns, expected, strict=True):
        if text.strip() != own.strip():
            same = len(shared_start(text, own))
            raise FolderError(
                f"{where}: the {role} message goes on with {quoted(text[same:])} after {same} characters, "
                f"expected {quoted(own[same:])} as shipped"
            )
