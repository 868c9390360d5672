"""The call of lm-eval that we are in: its settings, and the model that will be asked.

lm-eval hands a task neither, and both decide whether the policy reaches the model. Its documents are made
inside `simple_evaluate`, so that call is looked for among our callers. If tasks are built in another way
(with a user's own `TaskManager` and `evaluate`), the call is not found.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """A call of `simple_evaluate`."""

    model: Any
    """lm-eval's model, loaded."""
    kind: str
    """The value of ``--model``, or what lm-eval logs for a model that was made before."""
    has_template: bool
    """Whether a chat template is applied."""
    has_instruction: bool
    """Whether a system message of the user's precedes the policy."""
    model_arguments: Mapping[str, Any]
    settings: Mapping[str, Any]
    """The value of ``--gen_kwargs``."""
    caches_answers: bool = False
    """Whether answers are taken from a cache, which does not check which model gave them."""
    caches_requests: bool = False
    """Whether prompts are taken from a cache."""


def find_call() -> Call | None:
    """The call of `simple_evaluate` that we are in."""
    found = _caller("lm_eval.evaluator", "simple_evaluate")
    if found is None:
        return None
    settings = found.get("gen_kwargs")
    return Call(
        model=found.get("lm"),
        kind=_kind(found.get("model")),
        has_template=bool(found.get("apply_chat_template")),
        has_instruction=bool(found.get("system_instruction")),
        model_arguments=_arguments(found.get("model_args") or {}),
        settings=settings if isinstance(settings, Mapping) else {},
        caches_answers=bool(found.get("use_cache")),
        caches_requests=bool(found.get("cache_requests")),
    )


def task_settings() -> Mapping[str, Any] | None:
    """The ``generation_kwargs`` of the task whose documents are being made; None without a task."""
    found = getattr(task_config(), "generation_kwargs", None)
    return found if isinstance(found, Mapping) else None


def task_config() -> Any:
    """The configuration of the task whose documents are being made; None if no task is found."""
    found = _caller("lm_eval.api.task", "download")
    return getattr((found or {}).get("self"), "config", None)


def _kind(model: Any) -> str:
    """The configuration as lm-eval logs it."""
    if isinstance(model, str):
        return model
    name = getattr(getattr(model, "config", None), "_name_or_path", None)
    return type(model).__name__ if name is None else str(name)


def _caller(module: str, function: str) -> Mapping[str, Any] | None:
    """The variables of a calling function."""
    frame = inspect.currentframe()
    while frame is not None:
        if (frame.f_globals.get("__name__"), frame.f_code.co_name) == (module, function):
            return frame.f_locals
        frame = frame.f_back
    return None


def _arguments(given: Mapping[str, Any] | str) -> Mapping[str, Any]:
    """The arguments as lm-eval parses them, for comparison with what it made of them elsewhere."""
    if not isinstance(given, str):
        return given
    from lm_eval.utils import simple_parse_args_string

    found: Mapping[str, Any] = simple_parse_args_string(given)
    return found
