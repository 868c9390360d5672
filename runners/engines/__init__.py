"""Engines: how a request reaches a model. An engine is chosen by the model's name, and imported only then."""

import re

from lawbound.runners.engines.kinds import KINDS, OPTION_NAMES, EngineOptions
from lawbound.runners.engines.protocol import DTYPES, Engine, ModelError, Renderer, ScoresChoices
from lawbound.tasks.io.limits import MOST_COUNTED
from lawbound.tasks.io.messages import did_you_mean
from lawbound.tasks.io.urls import holds_secret, without_secrets

__all__ = [
    "OPENED", "OPTION_NAMES", "Engine", "EngineOptions", "ModelError", "Renderer", "ScoresChoices", "answers_in_words",
    "check_name", "check_options", "label_of", "open_engine", "options_of", "unopened",
]  # fmt: skip


def open_engine(model: str, options: EngineOptions) -> Engine:
    """Load a model or connect to one.

    Args:
        model: ``smollm2``, ``hf:NAME_OR_PATH``, ``gguf:FILE``, ``openai:NAME@URL``,
            ``lm-eval:TYPE:ARGS``, ``vllm:NAME[?KEY=VALUE&...]`` or ``openvino:FOLDER``.
        options: Settings of the run.

    Raises:
        ModelError: The name has no such form, or the model cannot be loaded.
    """
    check_name(model)
    kind, _, rest = model.partition(":")
    return KINDS[kind].open(rest, options)


def unopened(model: str, options: EngineOptions) -> tuple[Renderer, ...]:
    """What a model may render like, without loading it or asking its server anything.

    Args:
        model: A name that `check_name` takes.
        options: Settings that it would be opened with.

    Returns:
        Each way, the usual one first; empty if only opening tells.
    """
    kind, _, rest = model.partition(":")
    found = KINDS[kind].unopened
    return found(rest, options) if found is not None else ()


def check_name(model: str, *, expected: str = "") -> None:
    """Refuse a model name before anything is loaded, and a name with a key in it before it is
    shown.

    Args:
        model: The name.
        expected: The forms that the message names; empty for those of a run's models.

    Raises:
        ModelError: The name has none of the known forms, or holds what may be a key.
    """
    name, colon, rest = model.partition(":")
    kind = KINDS.get(name)
    if kind is None or not (rest if ":" in kind.form else not colon):
        forms = expected or FORMS
        words = [form.partition(":")[0] for form in re.split(", | or ", forms)]
        near = did_you_mean(name, words) if kind is None else ""
        raise ModelError(f"model '{without_secrets(model)}': unknown form, expected {forms}{near}")
    if kind.check is not None:
        kind.check(rest)
    elif holds_secret(rest):
        raise ModelError(
            f"model '{name}:{without_secrets(rest)}': found a URL with what may be a key, expected keys in "
            "the environment"
        )


def label_of(model: str) -> str:
    """The label that a model will have, as far as its name tells; empty if only its files can tell.

    Args:
        model: A name; for one that `check_name` refuses, a label may be empty, too.
    """
    name, _, rest = model.partition(":")
    kind = KINDS.get(name)
    return kind.label(rest) if kind is not None and kind.label is not None else ""


def check_options(options: EngineOptions) -> None:
    """Refuse settings that no engine knows, even if this model's engine would ignore them.

    Raises:
        ModelError: At the first such setting.
    """
    if options.dtype not in DTYPES:
        raise ModelError(f"dtype is {options.dtype!r:.40}, expected one of {', '.join(DTYPES)}")
    if not (isinstance(options.device, str) and _DEVICE.fullmatch(options.device)):
        raise ModelError(
            f"device is {options.device!r:.40}, expected auto, cpu, cuda, mps or xpu, or one of several "
            "such as cuda:1"
        )
    counted = f"expected a number from 1 to {MOST_COUNTED}"
    if options.batch_size is not None and not _is_count(options.batch_size):
        raise ModelError(f"batch_size is {options.batch_size!r:.40}, {counted}, or None")
    if not _is_count(options.concurrency):
        raise ModelError(f"concurrency is {options.concurrency!r:.40}, {counted}")
    if not isinstance(options.revision, str | None):
        raise ModelError(f"revision is {options.revision!r:.40}, expected text or None")
    if not isinstance(options.trust_remote_code, bool):
        raise ModelError(
            f"trust_remote_code is {options.trust_remote_code!r:.40}, expected True or False"
        )


def answers_in_words(model: str) -> bool:
    """Whether a name tells that the model scores no choices; for others only opening tells."""
    kind = KINDS.get(model.partition(":")[0])
    return kind is not None and kind.in_words


def options_of(model: str) -> frozenset[str]:
    """The fields of `EngineOptions` that a model's engine uses.

    Args:
        model: A name that `check_name` takes.
    """
    return KINDS[model.partition(":")[0]].options


def _is_count(value: object) -> bool:
    """Whether a value is a whole number as `RunSpec` accepts them; True is not one."""
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_COUNTED


_DEVICE = re.compile(r"auto|(?:cpu|cuda|mps|xpu)(?::[0-9]{1,4})?")

OPENED = ", ".join(kind.form for kind in KINDS.values())
"""Forms of the names that `open_engine` takes."""
FORMS = f"{OPENED} or reference:NAME"
"""Forms of the names of a run's models."""
