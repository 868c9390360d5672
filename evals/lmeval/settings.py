"""With what an answer was asked, by what lm-eval logs: what a task and ``--gen_kwargs`` say.

That is not always what is sent. Some of lm-eval's models decode greedily whatever the temperature, unless
``do_sample`` is true; some take a temperature of their own. What has no place among our settings (a penalty, beams,
an argument of the chat template) shapes answers all the same, so it is kept beside them, by name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from lawbound.evals.lmeval.limits import (
    LIMITS,
    OWN,
    SERVERS,
    SettingError,
    given_limits,
    sent_limit,
)
from lawbound.runners.engines.harness_load import is_key
from lawbound.runners.sample import LONGEST_NAME, MOST_COUNTED, Settings
from lawbound.tasks.files import quoted
from lawbound.tasks.urls import without_secrets

_READ = frozenset({*LIMITS, "temperature", "do_sample", "top_p", "until"})
_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,100}")

_GREEDY = OWN | {"trtllm", "vllm-vlm", "hf-multimodal", "hf-audiolm-qwen", "openvino", "steered"}
"""They answer with a temperature of 0 where ``do_sample`` is false, as our tasks say."""
_SAMPLING = frozenset({"vllm", "vllm-vlm", "trtllm"})
"""They sample where neither a temperature nor ``do_sample`` is said."""
_AS_GIVEN = SERVERS | {
    "anthropic-chat", "anthropic-chat-completions", "azure-openai-chat-completions", "litellm",
    "litellm-chat", "litellm-chat-completions", "sglang", "sglang-generate",
}  # fmt: skip
"""They leave ``do_sample`` out and send the temperature, or 0."""
_REASONING = frozenset({"openai-chat-completions", "azure-openai-chat-completions"})
"""To a model with one of these marks in its name they send a temperature of 1 and no stop, whatever is said."""
_MARKS = ("o1", "5", "o3", "o4")


@dataclass(frozen=True, slots=True)
class Used:
    """The settings of one answer."""

    settings: Settings
    others: Mapping[str, str] = field(default_factory=dict)
    """What else shaped it, by lm-eval's names, as JSON."""

    @property
    def record(self) -> dict[str, Any]:
        """As ``run.yaml`` holds it; a run without others looks like any run."""
        return asdict(self.settings) | ({"others": dict(self.others)} if self.others else {})


def used_settings(logged: Mapping[str, Any], kind: str, model: str) -> Used:
    """The settings that a model is asked with.

    Args:
        logged: The task's and those of ``--gen_kwargs``, together.
        kind: What ``--model`` says.
        model: Which model, where ``--model_args`` names one; or an empty string.

    Raises:
        SettingError: Nobody knows how long an answer could be, or how it was drawn.
        ValueError: They are none that a model could be asked with.
    """
    limits = given_limits(logged)
    # Where nothing is said, lm-eval's models take 256.
    tokens = int(limits[sent_limit(limits, kind)]) if limits else 256
    is_reasoning = kind in _REASONING and any(mark in model for mark in _MARKS)
    temperature = 1.0 if is_reasoning else _temperature(logged, kind)
    top_p = float(logged.get("top_p") or 1.0)
    if not (0 < tokens <= MOST_COUNTED and 0 <= temperature <= 100 and 0 < top_p <= 1):
        raise ValueError("max_gen_toks, temperature and top_p of a sane size")
    stop = () if is_reasoning else logged.get("until") or ()
    settings = Settings(
        max_tokens=tokens,
        temperature=temperature,
        top_p=top_p,
        stop=(stop,) if isinstance(stop, str) else tuple(map(str, stop)),
    )
    return Used(settings, _others(logged))


def _temperature(logged: Mapping[str, Any], kind: str) -> float:
    given = float(logged.get("temperature") or 0.0)
    sampled = logged.get("do_sample")
    if not (sampled is None or isinstance(sampled, bool)):
        raise ValueError("do_sample that is true or false")
    if kind in _AS_GIVEN or (sampled is False and kind in _GREEDY):
        return given if kind in _AS_GIVEN else 0.0
    is_told = logged.get("temperature") is not None
    if (sampled and not given) or (sampled is None and not is_told and kind in _SAMPLING):
        raise SettingError(
            f"found do_sample={quoted(sampled)} and {f'temperature={given:g}' if is_told else 'no temperature'}, of "
            f"which it is unknown how {quoted(kind)} draws an answer, expected a temperature above 0 beside "
            "do_sample=true, or do_sample=false"
        )
    if sampled is False and given:
        raise SettingError(
            f"found temperature={given:g} and do_sample=false, of which it is unknown whether {quoted(kind)} draws "
            "its answers, expected one of them (--gen_kwargs do_sample=true,temperature=NUMBER)"
        )
    return given


def _others(logged: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for name in sorted(logged.keys() - _READ):
        value = json.dumps("[key]" if is_key(name) else logged[name], sort_keys=True, default=str)
        if not _NAME.fullmatch(name) or len(value) > LONGEST_NAME:
            raise ValueError(f"setting of a sane name and length but {quoted(name)}")
        found[name] = without_secrets(value)
    return found
