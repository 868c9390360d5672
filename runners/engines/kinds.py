"""The kinds of models: all that is known about a kind before a model is opened is in one place, its row of `KINDS`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from lawbound.runners.engines.home import expanded
from lawbound.runners.engines.protocol import Engine, ModelError, Renderer
from lawbound.runners.sample import UNVERIFIED
from lawbound.tasks.io.urls import holds_secret, without_secrets

SERVER: Final = "openai:"
"""What the name of a model behind a server begins with."""


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What a user may set for an engine; each engine uses what concerns it.

    The one list of these options. `RunSpec` and the commands `run`, `plan` and `score` declare each under its name in
    `OPTION_NAMES` (a test compares them), and whoever passes options on loops over it.
    """

    dtype: str = "float32"
    device: str = "auto"
    batch_size: int | None = None
    concurrency: int = 64
    revision: str | None = field(default=None, metadata={"name": "model_revision"})
    """Called `model_revision` where a run may have other revisions, too."""
    trust_remote_code: bool = False


OPTION_NAMES: Mapping[str, str] = {
    one.name: one.metadata.get("name", one.name) for one in fields(EngineOptions)
}
"""The fields of `EngineOptions` -> what each is called in a `RunSpec`, its file and on the command line."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of model, named before the colon of a model's name; its functions take what follows the colon."""

    form: str
    """The form of such names as shown to users. Without a colon, the name takes no argument."""
    open: Callable[[str, EngineOptions], Engine]
    options: frozenset[str]
    """The fields of `EngineOptions` that `open` passes on."""
    label: Callable[[str], str] | None = None
    """The label that the model will have; None if only its files can tell."""
    in_words: bool = False
    """Whether such models answer only in words: none tells how likely a choice is."""
    check: Callable[[str], None] | None = None
    """Refuses faults of the name, and what may be a key in it; without it, any URL with one is refused."""
    unopened: Callable[[str, EngineOptions], tuple[Renderer, ...]] | None = None
    """What the opened engine may render like, the usual first; None if only the model's files can tell."""


def is_server(model: str) -> bool:
    """Whether a model's name says that a server answers: ``openai:NAME@URL``."""
    return model.startswith(SERVER)


def _smollm2(rest: str, options: EngineOptions) -> Engine:
    from lawbound.runners.engines.local.engine import LocalEngine
    from lawbound.runners.engines.local.smollm2 import LABEL, ensure

    return LocalEngine.load(
        str(ensure()), label=LABEL, **_picked(options, KINDS["smollm2"].options)
    )


def _hf(rest: str, options: EngineOptions) -> Engine:
    from lawbound.runners.engines.local.engine import LocalEngine

    return LocalEngine.load(rest, **_picked(options, _LOCAL))


def _gguf(rest: str, options: EngineOptions) -> Engine:
    from lawbound.runners.engines.local.engine import LocalEngine

    file = Path(rest)
    return LocalEngine.load(str(file.parent), gguf_file=file.name, **_picked(options, _LOCAL))


def _picked(options: EngineOptions, names: frozenset[str]) -> dict[str, Any]:
    return {name: getattr(options, name) for name in names}


def _openai(rest: str, options: EngineOptions) -> Engine:
    from lawbound.runners.engines.endpoint.engine import EndpointEngine

    name, _, url = rest.rpartition("@")
    return EndpointEngine.open(
        name, url, concurrency=options.concurrency, revision=options.revision
    )


def _unopened_openai(rest: str, options: EngineOptions) -> tuple[Renderer, ...]:
    from lawbound.runners.engines.endpoint.unasked import Unasked
    from lawbound.runners.engines.endpoint.wire import Dialect, contract

    name, revision = rest.rpartition("@")[0], options.revision or UNVERIFIED
    # Only the server knows whether it takes system messages.
    dialects = (Dialect(system=system) for system in (True, False))
    return tuple(Unasked(name, revision, dialect, contract({})) for dialect in dialects)


def _check_openai(rest: str) -> None:
    from lawbound.runners.engines.api_keys import read_key
    from lawbound.runners.engines.endpoint.address import read_address

    name, at, url = rest.rpartition("@")
    if not name.strip("@"):
        missing = "name before '@'" if at else "'@'"
        shown = without_secrets(f"{SERVER}{rest}")
        raise ModelError(f"model '{shown}': found no {missing}, expected openai:NAME@URL")
    read_address(name, url, read_key("OPENAI_API_KEY"))


def _lm_eval(rest: str, options: EngineOptions) -> Engine:
    from lawbound.runners.engines.harness import HarnessEngine

    return HarnessEngine.load(rest, trust_remote_code=options.trust_remote_code)


def _lm_eval_label(rest: str) -> str:
    from lawbound.runners.engines.harness_load import label_in

    return label_in(_harness_arguments(rest), rest.partition(":")[0])


def _check_lm_eval(rest: str) -> None:
    from lawbound.runners.engines.harness_load import check_arguments

    check_arguments(rest.partition(":")[0], _harness_arguments(rest))


def _harness_arguments(rest: str) -> dict[str, str]:
    """The arguments of ``TYPE:ARGS`` as far as they can be read without lm-eval."""
    parts = (part.partition("=") for part in rest.partition(":")[2].strip().split(","))
    return {name: _harness_value(value) for name, _, value in parts}


def _harness_value(written: str) -> str:
    """The text as lm-eval reads it: without whitespace and a pair of quotes around it."""
    value = written.strip()
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if is_quoted else value


def _vllm(rest: str, options: EngineOptions) -> Engine:
    from lawbound.runners.engines.vllm_local import VllmEngine

    return VllmEngine.load(rest)


def _check_vllm(rest: str) -> None:
    if "://" in rest or holds_secret(rest):
        from lawbound.runners.engines.vllm_local import check_url

        check_url(rest)


def _openvino(rest: str, options: EngineOptions) -> Engine:
    from lawbound.runners.engines.openvino_local import OpenVinoEngine

    return OpenVinoEngine.load(rest, dtype=options.dtype, device=options.device)


_LOCAL = frozenset({"dtype", "device", "batch_size", "revision", "trust_remote_code"})

KINDS: Mapping[str, Kind] = {
    "smollm2": Kind("smollm2", _smollm2, _LOCAL - {"revision"}),
    "hf": Kind("hf:NAME_OR_PATH", _hf, _LOCAL, label=str),
    "gguf": Kind("gguf:FILE", _gguf, _LOCAL, label=lambda rest: Path(rest).name),
    "openai": Kind(
        "openai:NAME@URL",
        _openai,
        frozenset({"concurrency", "revision"}),
        label=lambda rest: rest.rpartition("@")[0],
        in_words=True,
        check=_check_openai,
        unopened=_unopened_openai,
    ),
    "lm-eval": Kind(
        "lm-eval:TYPE:ARGS",
        _lm_eval,
        frozenset({"trust_remote_code"}),
        label=_lm_eval_label,
        check=_check_lm_eval,
    ),
    "vllm": Kind(
        "vllm:NAME",
        _vllm,
        frozenset(),
        label=lambda rest: rest.partition("?")[0],
        check=_check_vllm,
    ),
    "openvino": Kind(
        "openvino:FOLDER",
        _openvino,
        frozenset({"dtype", "device"}),
        label=lambda rest: str(expanded(rest)),
    ),
}
"""Kinds by the word before the colon, in the order in which users see them."""
