"""Judges as users name them: ``MODEL``, or ``guard:FAMILY:MODEL``."""

from dataclasses import dataclass, replace

from lawbound.rubrics.judges.forms import GUARD_FORMS, RUBRIC
from lawbound.rubrics.judges.question import Form
from lawbound.rubrics.reference import is_reference
from lawbound.runners.engines import OPENED, ModelError, check_name
from lawbound.runners.engines.kinds import SERVER, is_server
from lawbound.tasks.io.messages import did_you_mean
from lawbound.tasks.io.urls import without_secrets

PREFIX = "guard:"


@dataclass(frozen=True, slots=True)
class Named:
    """A judge, and how it is asked."""

    name: str
    """One spelling for all: a server's URL has no slash at its end."""
    model: str
    """The model that an engine is opened for."""
    form: Form


def read_name(name: str) -> Named:
    """Take a judge's name apart.

    Raises:
        ModelError: The family of guards is unknown, or the model's name has no known form or cannot
            be a judge.
    """
    if not name.startswith(PREFIX):
        model = _read_model(name, name, f"{OPENED} or {PREFIX}FAMILY:MODEL")
        return Named(model, model, RUBRIC)
    family, _, model = name.removeprefix(PREFIX).partition(":")
    if family not in GUARD_FORMS:
        raise ModelError(
            f"judge '{without_secrets(name)}': no family of guards '{family}', expected "
            f"{PREFIX}FAMILY:MODEL with FAMILY one of {', '.join(GUARD_FORMS)}{did_you_mean(family, GUARD_FORMS)}"
        )
    whole = f"{PREFIX}{family}:"
    if not model:
        raise ModelError(
            f"judge '{name}': found no model, expected {whole}MODEL with MODEL one of {OPENED}"
        )
    model = _read_model(name, model, OPENED)
    return Named(whole + model, model, GUARD_FORMS[family])


def with_tokens(judge: Named, max_tokens: int | None) -> Named:
    """A judge with this token limit for its replies; None leaves it the limit of its kind."""
    if max_tokens is None:
        return judge
    settings = replace(judge.form.settings, max_tokens=max_tokens)
    return replace(judge, form=replace(judge.form, settings=settings))


def _read_model(name: str, model: str, expected: str) -> str:
    """A judge's model by one name, however it is written."""
    if is_reference(model):
        raise ModelError(
            f"judge '{name}': a reference model reads no answers, expected one of {expected}"
        )
    check_name(model, expected=expected)
    if not is_server(model):
        return model
    label, _, url = model.removeprefix(SERVER).rpartition("@")
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    whole = f"{SERVER}{label}@{scheme.lower()}://{host.lower()}{slash}{path}"
    return whole.rstrip("/").removesuffix("/chat/completions").rstrip("/")
