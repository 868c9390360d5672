"""Loading a model of lm-eval's registry, and naming exactly what was loaded."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lawbound.runners.engines.api_keys import is_key, without_keys
from lawbound.runners.engines.extras import remedy
from lawbound.runners.engines.local.cache import revision_of
from lawbound.runners.engines.protocol import ModelError
from lawbound.tasks.io.messages import did_you_mean, one_line
from lawbound.tasks.io.urls import holds_secret

_NAMES = ("pretrained", "model", "engine", "revision")


@dataclass(frozen=True, slots=True)
class Backend:
    """A loaded model, and what identifies it."""

    model: Any
    kind: str
    label: str
    revision: str
    settings: str
    """The other arguments, sorted: they are part of every request key."""
    is_api: bool


def load_backend(rest: str, *, trust_remote_code: bool = False) -> Backend:
    """Load ``TYPE:ARGS``.

    Raises:
        ModelError: lm-eval has no such type or cannot load it, an argument holds a secret, or an
            argument lets a model bring its own code without the user's permission.
    """
    from lm_eval.api.registry import get_model
    from lm_eval.models import MODEL_MAPPING
    from lm_eval.utils import simple_parse_args_string

    kind, _, written = rest.partition(":")
    where = f"model 'lm-eval:{kind}'"
    if kind not in MODEL_MAPPING:
        hint = did_you_mean(kind, MODEL_MAPPING)
        raise ModelError(
            f"{where}: unknown, expected one of {', '.join(sorted(MODEL_MAPPING))}{hint}"
        )
    try:
        arguments = simple_parse_args_string(written)
    except ValueError as error:
        raise ModelError(f"{where}: arguments cannot be read, expected KEY=VALUE,...") from error
    check_arguments(kind, arguments)
    for name in arguments:
        if name == "trust_remote_code" and arguments[name] and not trust_remote_code:
            raise ModelError(f"{where}: found {name} in the name, expected --trust-remote-code")
    try:
        # lm-eval's command passes its own default on, and the models take a CPU where there is no such device.
        device = None if "device" in arguments else "cuda:0"
        model = get_model(kind).create_from_arg_string(written, {"device": device})
    except Exception as error:  # a backend may raise anything while it loads
        line = without_keys(one_line(error, 300)) + remedy(error)
        raise ModelError(f"{where}: cannot be loaded: {type(error).__name__}: {line}") from error
    label = label_in(arguments, kind)
    others = {name: value for name, value in arguments.items() if name not in _NAMES}
    return Backend(
        model=model,
        kind=kind,
        label=label,
        revision=revision_of(str(arguments.get("pretrained", "")), _commit(model, arguments)),
        settings=",".join(f"{name}={others[name]}" for name in sorted(others)),
        is_api=_is_api(model),
    )


def check_arguments(kind: str, arguments: Mapping[str, Any]) -> None:
    """Refuse keys among the arguments of a model: its name stands in files.

    Raises:
        ModelError: At the first key.
    """
    where = f"model 'lm-eval:{kind}'"
    for name, value in arguments.items():
        if is_key(name):
            raise ModelError(f"{where}: found {name} in the name, expected keys in the environment")
        if holds_secret(str(value)):
            raise ModelError(f"{where}: found a secret in {name}, expected keys in the environment")


def label_in(arguments: Mapping[str, Any], kind: str) -> str:
    """The name of the model in the arguments of this type."""
    return next((str(arguments[name]) for name in _NAMES if arguments.get(name)), kind)


def _commit(model: Any, arguments: Mapping[str, Any]) -> str | None:
    config = getattr(getattr(model, "model", None), "config", None)
    found = getattr(config, "_commit_hash", None) or arguments.get("revision")
    return str(found) if found else None


def _is_api(model: Any) -> bool:
    from lm_eval.models.api_models import TemplateAPI

    return isinstance(model, TemplateAPI)
