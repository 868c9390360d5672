"""Engines: how a request reaches a model. Opened by the model's name, imported only then."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lawbound.runners.engines.protocol import DTYPES, Engine, ModelError, ScoresChoices
from lawbound.tasks.urls import holds_secret, without_secrets

__all__ = [
    "OPENED", "Engine", "EngineOptions", "ModelError", "ScoresChoices", "check_name", "check_options",
    "label_of", "open_engine", "options_of",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What a user may set for an engine; each engine takes what concerns it."""

    dtype: str = "float32"
    device: str = "auto"
    batch_size: int | None = None
    concurrency: int = 64
    revision: str | None = None
    trust_remote_code: bool = False


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
    return _OPENERS[kind](rest, options)


def check_name(model: str, *, expected: str = "") -> None:
    """Refuse a model name before anything is loaded, and one with a key in it before it is shown.

    Args:
        model: The name.
        expected: The forms to tell of; empty for those of a run's models.

    Raises:
        ModelError: The name has none of the known forms, or holds what may be a key.
    """
    kind, colon, rest = model.partition(":")
    well_formed = kind in _OPENERS and (bool(rest) if kind != "smollm2" else not colon)
    shown = without_secrets(model)
    if not well_formed:
        raise ModelError(f"model '{shown}': unknown form, expected {expected or FORMS}")
    if kind == "openai" and "@" not in rest:
        raise ModelError(f"model '{shown}': found no '@', expected openai:NAME@URL")
    if kind == "openai" and not rest.rpartition("@")[0].strip("@"):
        raise ModelError(f"model '{shown}': found no name before '@', expected openai:NAME@URL")
    _check_secrets(kind, rest)


def label_of(model: str) -> str:
    """The label that a model will have, as far as its name tells; empty where only its files can tell.

    Args:
        model: A name that `check_name` takes.
    """
    kind, _, rest = model.partition(":")
    return _LABELS[kind](rest) if kind in _LABELS else ""


def check_options(options: EngineOptions) -> None:
    """Refuse settings that no engine knows, also where this model's engine would not look at them.

    Raises:
        ModelError: With the first of them.
    """
    if options.dtype not in DTYPES:
        raise ModelError(f"dtype is {options.dtype!r}, expected one of {', '.join(DTYPES)}")
    if not _DEVICE.fullmatch(options.device):
        raise ModelError(
            f"device is {options.device!r}, expected auto, cpu, cuda, mps or xpu, or one of several "
            "such as cuda:1"
        )


def options_of(model: str) -> frozenset[str]:
    """The fields of `EngineOptions` that a model's engine looks at.

    Args:
        model: A name that `check_name` takes.
    """
    return _OPTIONS[model.partition(":")[0]]


_DEVICE = re.compile(r"auto|(?:cpu|cuda|mps|xpu)(?::[0-9]{1,4})?")

OPENED = (
    "smollm2, hf:NAME_OR_PATH, gguf:FILE, openai:NAME@URL, lm-eval:TYPE:ARGS, vllm:NAME, "
    "openvino:FOLDER"
)
"""Forms of the names that `open_engine` takes."""
FORMS = f"{OPENED} or reference:NAME"
"""Forms of the names of a run's models."""


def _check_secrets(kind: str, rest: str) -> None:
    if kind == "openai":
        from lawbound.runners.engines.endpoint.address import read_address, read_key

        name, _, url = rest.rpartition("@")
        read_address(name, url, read_key("OPENAI_API_KEY"))
    elif kind == "lm-eval":
        from lawbound.runners.engines.harness_load import check_arguments

        check_arguments(rest.partition(":")[0], _harness_arguments(rest))
    elif kind == "vllm" and "://" in rest:
        from lawbound.runners.engines.vllm_local import check_url

        check_url(rest)
    elif holds_secret(rest):
        raise ModelError(
            f"model '{kind}:{without_secrets(rest)}': found a URL with what may be a key, expected keys in "
            "the environment"
        )


def _smollm2(rest: str, options: EngineOptions) -> Engine:
    from lawbound.runners.engines.local.engine import LocalEngine
    from lawbound.runners.engines.smollm2 import LABEL, ensure

    return LocalEngine.load(
        str(ensure()), label=LABEL, **_local_options(options, with_revision=False)
    )


def _hf(rest: str, options: EngineOptions) -> Engine:
    from lawbound.runners.engines.local.engine import LocalEngine

    return LocalEngine.load(rest, **_local_options(options))


def _gguf(rest: str, options: EngineOptions) -> Engine:
    from lawbound.runners.engines.local.engine import LocalEngine

    file = Path(rest)
    return LocalEngine.load(str(file.parent), gguf_file=file.name, **_local_options(options))


def _openai(rest: str, options: EngineOptions) -> Engine:
    from lawbound.runners.engines.endpoint.engine import EndpointEngine

    name, _, url = rest.rpartition("@")
    return EndpointEngine.open(
        name, url, concurrency=options.concurrency, revision=options.revision
    )


def _lm_eval(rest: str, options: EngineOptions) -> Engine:
    from lawbound.runners.engines.harness import HarnessEngine

    return HarnessEngine.load(rest, trust_remote_code=options.trust_remote_code)


def _vllm(rest: str, options: EngineOptions) -> Engine:
    from lawbound.runners.engines.vllm_local import VllmEngine

    return VllmEngine.load(rest)


def _openvino(rest: str, options: EngineOptions) -> Engine:
    from lawbound.runners.engines.openvino_local import OpenVinoEngine

    return OpenVinoEngine.load(rest, dtype=options.dtype, device=options.device)


def _local_options(options: EngineOptions, *, with_revision: bool = True) -> dict[str, Any]:
    return {
        "dtype": options.dtype,
        "device": options.device,
        "batch_size": options.batch_size,
        "revision": options.revision if with_revision else None,
        "trust_remote_code": options.trust_remote_code,
    }


def _harness_label(rest: str) -> str:
    from lawbound.runners.engines.harness_load import label_in

    return label_in(_harness_arguments(rest), rest.partition(":")[0])


def _harness_arguments(rest: str) -> dict[str, str]:
    """The arguments of ``TYPE:ARGS`` as far as they can be told without lm-eval."""
    parts = (part.partition("=") for part in rest.partition(":")[2].strip().split(","))
    return {name: _harness_value(value) for name, _, value in parts}


def _harness_value(written: str) -> str:
    """As lm-eval reads a text: without blanks and a pair of quotes around it."""
    value = written.strip()
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if is_quoted else value


_LABELS: Mapping[str, Callable[[str], str]] = {
    "hf": str,
    "gguf": lambda rest: Path(rest).name,
    "openai": lambda rest: rest.rpartition("@")[0],
    "lm-eval": _harness_label,
    "vllm": lambda rest: rest.partition("?")[0],
    "openvino": lambda rest: str(Path(rest).expanduser()),
}

_LOCAL = frozenset({"dtype", "device", "batch_size", "revision", "trust_remote_code"})
_OPTIONS: Mapping[str, frozenset[str]] = {
    "smollm2": _LOCAL - {"revision"},
    "hf": _LOCAL,
    "gguf": _LOCAL,
    "openai": frozenset({"concurrency", "revision"}),
    "lm-eval": frozenset({"trust_remote_code"}),
    "vllm": frozenset(),
    "openvino": frozenset({"dtype", "device"}),
}
"""What the openers below pass on."""

_OPENERS: Mapping[str, Callable[[str, EngineOptions], Engine]] = {
    "smollm2": _smollm2,
    "hf": _hf,
    "gguf": _gguf,
    "openai": _openai,
    "lm-eval": _lm_eval,
    "vllm": _vllm,
    "openvino": _openvino,
}
