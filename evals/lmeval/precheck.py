"""Checks before lm-eval asks anything: refuse, or warn of, a task or a prompt whose logs would be refused.

If the call is not found, nothing is checked here; `lawbound score` then checks the logs as far as
they tell.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from lawbound.evals.folder.lmeval_logs import TASK_PREFIX
from lawbound.evals.lmeval.as_shipped import FIELDS, changes
from lawbound.evals.lmeval.call import Call, task_config
from lawbound.evals.lmeval.limits import SettingError, given_limits, is_one, sent_limit
from lawbound.evals.lmeval.prompts import holds_policy
from lawbound.evals.lmeval.sender import sender_of
from lawbound.evals.lmeval.settings import given_temperature, used_settings
from lawbound.tasks.io.errors import LawboundError
from lawbound.tasks.io.messages import one_line
from lawbound.tasks.io.yaml_files import quoted

_log = logging.getLogger("lawbound.lmeval")
_REFUSED = "`lawbound score` will refuse these logs"
_CHATS = frozenset({"LocalChatCompletion", "AnthropicChat"})
"""lm-eval's models, with all derived from them, that fail at requests that are no messages."""


class TaskError(LawboundError, ValueError):
    """One of our tasks was given settings that it cannot run with."""


def check_task() -> None:
    """Warn about a user's task that asks something else than ours, before anything is asked."""
    config = task_config()
    if config is None:
        return
    if not str(config.task).startswith(TASK_PREFIX):
        warn_once(
            f"the name of the task {quoted(config.task)} does not begin with {TASK_PREFIX}: `lawbound score` will "
            "pass its log over"
        )
    changed = changes({name: getattr(config, name, None) for name in FIELDS})
    if changed:
        warn_once(f"the task {quoted(config.task)} has {changed}: {_REFUSED}")


def check_prompts(
    rows: Sequence[Mapping[str, Any]],
    call: Call | None,
    *,
    max_tokens: int,
    own: Mapping[str, Any] | None = None,
) -> None:
    """Refuse a model that the policies would not reach, before it is asked anything.

    Args:
        rows: The task's documents.
        call: lm-eval's call; without it nothing is known.
        max_tokens: Token limit of an answer, as our tasks set it.
        own: The task's settings, if they are known.

    Raises:
        TaskError: The model takes messages only and would get none, it has no chat template, its
            template drops the system message, or lm-eval would cut prompts, which it does from the
            left, where the policy is.
    """
    if call is None:
        return
    shipped = {"max_gen_toks": max_tokens, "do_sample": False, "temperature": 0.0}
    asked = {**(own or shipped), **call.settings}
    _warn_of_settings(asked, call)
    if call.caches_answers:
        warn_once(
            f"lm-eval's --use_cache ignores the model, so answers may be another's: {_REFUSED}"
        )
    if call.caches_requests:
        warn_once("lm-eval's --cache_requests ignores data and policy, so prompts may be stale")
    if not call.has_template:
        if _CHATS & {kind.__name__ for kind in type(call.model).__mro__}:
            raise TaskError(
                f"model {quoted(call.kind)} takes messages and no text, so it would answer nothing, expected "
                "--apply_chat_template"
            )
        warn_once(
            "without --apply_chat_template the policy is plain text before the question and no system "
            f"message: {_REFUSED}"
        )
    if call.has_instruction:
        warn_once(f"with --system_instruction something else stands before the policy: {_REFUSED}")
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
    # lm-eval uses this name before any other when it cuts a prompt.
    room = asked.get("max_gen_toks")
    _refuse_cut(whole, call, (isinstance(room, int) and room) or max_tokens)


@cache
def warn_once(line: str) -> None:
    """Warn once for all tasks of a process."""
    _log.warning("WARNING: %s", line)


def _warn_of_settings(asked: Mapping[str, Any], call: Call) -> None:
    """Warn about settings: the model may not get what the user sets, and if it does, the numbers
    are not the suite's own."""
    # What the model's own config says beyond that (its name, its limit) is in no log: it would be
    # refused.
    sender = sender_of(call.kind, call.model_arguments)
    try:
        used, given = used_settings(asked, sender), given_temperature(asked)
    except SettingError as fault:
        warn_once(f"{fault}: {_REFUSED}")
        return
    limits = given_limits(asked)
    if not is_one(limits):
        sent = sent_limit(limits, sender.kind)
        others = " or ".join(name for name in limits if name != sent)
        warn_once(
            f"{quoted(call.kind)} will send {sent}={quoted(limits[sent])} and not {others}: --gen_kwargs "
            "max_gen_toks=NUMBER replaces the task's own limit"
        )
    sent_one = used.settings.temperature
    if given != sent_one:
        hint = "" if sent_one else f" (--gen_kwargs do_sample=true,temperature={given:g} samples)"
        warn_once(
            f"{quoted(call.kind)} will answer with a temperature of {sent_one:g} and not {given:g}{hint}"
        )
    if used.others:
        others = ", ".join(f"{name}={value}" for name, value in used.others.items())
        warn_once(
            f"no suite has {others}: `lawbound score` will merge these answers only with others asked so"
        )


def _prompt(row: Mapping[str, Any], call: Call) -> str | None:
    """The text that the model gets; None if a server makes it."""
    policy, question = str(row["system_policy"]), str(row["question"])
    if not call.has_template:
        return policy + question
    system = [{"role": "system", "content": policy}] if policy else []
    try:
        text = call.model.apply_chat_template([*system, {"role": "user", "content": question}])
    except Exception as fault:  # a tokenizer may raise anything: lm-eval would raise the same later
        said = one_line(fault, 300)
        if call.kind == "dummy" and isinstance(fault, OSError):
            raise TaskError(
                f"model 'dummy' takes a chat template from the Hub, which was not reached ({said}), expected a model "
                "that has one, such as a local server (lawbound run --model reference:NAME tries things out)"
            ) from None
        raise TaskError(
            f"model {type(call.model).__name__} renders no chat ({type(fault).__name__}: {said}), expected "
            "a chat template and its tokenizer (lawbound run asks models without one in plain style)"
        ) from fault
    return text if isinstance(text, str) else None


def _refuse_cut(prompts: Sequence[str], call: Call, room: int) -> None:
    """Refuse prompts that lm-eval would cut for a model of its own; a server's handling of long
    text is its own affair."""
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
