"""What the hooks can know of lm-eval's call: its settings, and the model that will be asked.

lm-eval hands a task neither, and both decide whether the policy reaches the model. Its documents are made
inside `simple_evaluate`, so that call is looked for among our callers. Who builds tasks in another way
(a `TaskManager` and `evaluate` of their own) is not found: then nothing is checked here, and the logs
are checked by `lawbound score` as far as they tell.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from lawbound.evals.lmeval.samples import holds_policy
from lawbound.tasks.messages import one_line

_log = logging.getLogger("lawbound.lmeval")


class TaskError(ValueError):
    """A task of ours was given what it cannot run with."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of `simple_evaluate`."""

    model: Any
    """lm-eval's model, loaded."""
    has_template: bool
    """Whether a chat template is applied."""
    has_instruction: bool
    """Whether a system message of the user's stands before the policy."""
    model_arguments: frozenset[str]
    """Their names."""
    max_tokens: int | None
    """Of an answer, where ``--gen_kwargs`` says."""


def find_call() -> Call | None:
    """The call of `simple_evaluate` that we are in."""
    frame = inspect.currentframe()
    while frame is not None:
        if (frame.f_globals.get("__name__"), frame.f_code.co_name) == (
            "lm_eval.evaluator",
            "simple_evaluate",
        ):
            found = frame.f_locals
            settings = found.get("gen_kwargs")
            settings = settings if isinstance(settings, Mapping) else {}
            # Our tasks set it, and lm-eval takes it before any other name for it when it cuts a prompt.
            tokens = settings.get("max_gen_toks")
            return Call(
                model=found.get("lm"),
                has_template=bool(found.get("apply_chat_template")),
                has_instruction=bool(found.get("system_instruction")),
                model_arguments=_names(found.get("model_args") or {}),
                max_tokens=tokens if isinstance(tokens, int) else None,
            )
        frame = frame.f_back
    return None


def _names(arguments: Mapping[str, Any] | str) -> frozenset[str]:
    if isinstance(arguments, str):
        return frozenset(part.partition("=")[0].strip() for part in arguments.split(","))
    return frozenset(arguments)


def check_prompts(rows: Sequence[Mapping[str, Any]], call: Call | None, *, max_tokens: int) -> None:
    """Refuse a model to which the policies would not get, before it is asked anything.

    Args:
        rows: The task's documents.
        call: lm-eval's call; nothing is known without it.
        max_tokens: Of an answer, where the call does not say.

    Raises:
        TaskError: The model has no chat template, its template drops the system message, or lm-eval would
            cut prompts, which it does from the left, where the policy stands.
    """
    if call is None:
        return
    if not call.has_template:
        _warn(
            "without --apply_chat_template the policy is plain text before the question and no system "
            "message"
        )
    if call.has_instruction:
        _warn("with --system_instruction something else stands before the policy")
    prompts = [_prompt(row, call) for row in rows]
    whole = [text for text in prompts if text is not None]
    lost = sum(
        not holds_policy(text, str(row["system_policy"]))
        for row, text in zip(rows, prompts, strict=True)
        if text is not None
    )
    if lost:
        raise TaskError(
            f"{lost} of {len(rows)} prompts lose their policy: the model's chat template drops system "
            "messages, expected one that keeps them (lawbound run --model lm-eval:... puts the policy "
            "into the question)"
        )
    _refuse_cut(whole, call, call.max_tokens or max_tokens)


@cache
def _warn(line: str) -> None:
    """Once for all tasks of a process."""
    _log.warning("WARNING: %s: `lawbound score` will refuse these logs", line)


def _prompt(row: Mapping[str, Any], call: Call) -> str | None:
    """The text that the model gets; none where a server makes it."""
    policy, question = str(row["system_policy"]), str(row["question"])
    if not call.has_template:
        return policy + question
    system = [{"role": "system", "content": policy}] if policy else []
    try:
        text = call.model.apply_chat_template([*system, {"role": "user", "content": question}])
    except Exception as fault:  # a tokenizer may raise anything: lm-eval would raise the same later
        said = one_line(fault, 300)
        raise TaskError(
            f"model {type(call.model).__name__} renders no chat ({type(fault).__name__}: {said}), expected "
            "a chat template and its tokenizer (lawbound run asks models without one in plain style)"
        ) from fault
    return text if isinstance(text, str) else None


def _refuse_cut(prompts: Sequence[str], call: Call, room: int) -> None:
    """lm-eval cuts what a model of its own cannot hold; what a server does with a text is the server's."""
    most, encode = getattr(call.model, "max_length", None), getattr(call.model, "tok_encode", None)
    if not isinstance(most, int) or not callable(encode):
        return
    if not getattr(call.model, "tokenized_requests", True):
        return
    sizes = [len(found) for text in prompts if isinstance(found := encode(text), list)]
    cut = [size for size in sizes if size + room > most]
    if cut:
        raise TaskError(
            f"{len(cut)} of {len(sizes)} prompts would be cut, policy first: the longest has {max(cut)} "
            f"tokens and its answer needs room for {room}, expected at most {most} in all (a larger "
            "max_length in --model_args, or a model that holds more)"
        )
