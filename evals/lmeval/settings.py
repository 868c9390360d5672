"""The settings with which an answer was asked, according to lm-eval's logs: those of the task and of ``--gen_kwargs``.

These are not always what is sent. Some of lm-eval's models decode greedily whatever the
temperature, unless ``do_sample`` is true; some use a temperature of their own. Settings that we do
not have (a penalty, beams, an argument of the chat template) affect answers too, so they are kept
beside ours, by name.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from lawbound.evals.lmeval.limits import (
    CHATS,
    LIMITS,
    OTHER_SERVERS,
    OWN,
    SERVERS,
    SettingError,
    used_limit,
)
from lawbound.evals.lmeval.redaction import redacted, without_keys
from lawbound.evals.lmeval.sender import Sender
from lawbound.runners.sample import Settings
from lawbound.tasks.io.limits import LONGEST_NAME, MOST_COUNTED
from lawbound.tasks.io.yaml_files import quoted

_READ = frozenset({*LIMITS, "temperature", "do_sample", "top_p", "until"})
_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,100}")

_GREEDY = OWN | {"hf-multimodal", "hf-audiolm-qwen"}
"""Models that answer with temperature 0 if ``do_sample`` is false, as our tasks set it."""
_SAMPLING = frozenset({"vllm", "vllm-vlm", "trtllm"})
"""Models that sample if neither a temperature nor ``do_sample`` is set."""
_AS_GIVEN = SERVERS | OTHER_SERVERS
"""Models that leave ``do_sample`` out and send the temperature, or 0."""
_REASONING = frozenset({"openai-chat-completions", "azure-openai-chat-completions"})
"""Models that send a temperature of 1 and no stop, whatever is set, if the model's name contains
one of `_MARKS`."""
_MARKS = ("o1", "5", "o3", "o4")
_MOST_STOPS = 4
"""The most stop texts that these models send with a chat."""


@dataclass(frozen=True, slots=True)
class Used:
    """The settings of one answer."""

    settings: Settings
    others: Mapping[str, str] = field(default_factory=dict)
    """Other settings that shaped the answer, by lm-eval's names, as JSON; a sha256 replaces a value
    that is too long."""

    @property
    def record(self) -> dict[str, Any]:
        """The settings as ``run.yaml`` holds them; without others, like those of any run."""
        return asdict(self.settings) | ({"others": dict(self.others)} if self.others else {})


def used_settings(logged: Mapping[str, Any], sender: Sender) -> Used:
    """The settings with which a model is asked.

    Args:
        logged: The task's settings and those of ``--gen_kwargs``, together.
        sender: The model of lm-eval that asks.

    Raises:
        SettingError: Nobody knows how long an answer could be or how it was drawn, or no model
            could be asked with such settings.
    """
    tokens = used_limit(logged, sender)
    is_reasoning = _is_reasoning(sender)
    given = given_temperature(logged)
    temperature = 1.0 if is_reasoning else _temperature(given, logged, sender.kind)
    top_p = _number(logged, "top_p", 1.0)
    if not (0 < tokens <= MOST_COUNTED and 0 <= temperature <= 100 and 0 < top_p <= 1):
        raise SettingError(
            f"found max_gen_toks={quoted(tokens)}, temperature={temperature:g} and top_p={top_p:g}, expected from 1 "
            f"to {MOST_COUNTED} tokens, a temperature from 0 to 100 and a top_p above 0 and up to 1"
        )
    stop = () if is_reasoning else logged.get("until") or ()
    if not isinstance(stop, str | list | tuple):
        raise SettingError(f"until is {quoted(stop)}, expected a text or a list of texts")
    stops = (stop,) if isinstance(stop, str) else tuple(map(str, stop))
    settings = Settings(
        max_tokens=tokens,
        temperature=temperature,
        top_p=top_p,
        stop=stops[:_MOST_STOPS] if sender.kind in CHATS else stops,
    )
    return Used(settings, _others(logged))


def given_temperature(logged: Mapping[str, Any]) -> float:
    """The temperature set by task and ``--gen_kwargs``, 0 if they set none.

    Raises:
        SettingError: It is no number.
    """
    return _number(logged, "temperature", 0.0)


def _number(logged: Mapping[str, Any], name: str, unsaid: float) -> float:
    given = logged.get(name)
    try:
        if isinstance(given, bool):
            raise TypeError
        return unsaid if given is None else float(given)
    except (TypeError, ValueError, OverflowError) as fault:
        raise SettingError(f"{name} is {quoted(given)}, expected a number") from fault


def _is_reasoning(sender: Sender) -> bool:
    if sender.kind not in _REASONING:
        return False
    if not sender.model:
        raise SettingError(
            f"found no name of the model, by which {quoted(sender.kind)} sends its temperature or 1 in its place, "
            "expected model=NAME in --model_args"
        )
    return any(mark in sender.model for mark in _MARKS)


def _temperature(given: float, logged: Mapping[str, Any], kind: str) -> float:
    if kind in _AS_GIVEN:
        return given
    sampled = logged.get("do_sample")
    if not (sampled is None or isinstance(sampled, bool)):
        raise SettingError(f"do_sample is {quoted(sampled)}, expected true or false")
    if sampled is False and kind in _GREEDY:
        return 0.0
    is_told = logged.get("temperature") is not None
    if (sampled and not given) or (sampled is None and not is_told and kind in _SAMPLING):
        raise SettingError(
            f"found do_sample={quoted(sampled)} and {f'temperature={given:g}' if is_told else 'no temperature'}, of "
            f"which it is unknown how {quoted(kind)} draws an answer, expected a temperature above 0 beside "
            "do_sample=true, or do_sample=false"
        )
    if given and not sampled and not (sampled is None and kind in OWN):
        found = "no do_sample" if sampled is None else "do_sample=false"
        raise SettingError(
            f"found temperature={given:g} and {found}, of which it is unknown whether {quoted(kind)} draws "
            "its answers, expected one of them (--gen_kwargs do_sample=true,temperature=NUMBER)"
        )
    return given


def _others(logged: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for name in sorted(logged.keys() - _READ, key=str):
        if not (isinstance(name, str) and _NAME.fullmatch(name)):
            raise SettingError(
                f"found a setting named {quoted(name)}, expected a name of up to 100 letters, digits and _.:-"
            )
        kept = without_keys(logged[name], name)
        found[name] = _short(redacted(json.dumps(kept, sort_keys=True, default=str)))
    return found


def _short(value: str) -> str:
    """The value, or a digest of a long one."""
    if len(value) <= LONGEST_NAME:
        return value
    return json.dumps(f"sha256:{hashlib.sha256(value.encode()).hexdigest()}")
