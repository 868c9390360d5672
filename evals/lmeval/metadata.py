"""What a user sets for our tasks through lm-eval's ``--metadata``, and settings that were meant for
them but are misplaced."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from lawbound.evals.lmeval.call import Call
from lawbound.evals.lmeval.precheck import TaskError, warn_once
from lawbound.evals.suite.suite import shipped_suites
from lawbound.tasks.io.limits import MOST_COUNTED
from lawbound.tasks.io.messages import did_you_mean
from lawbound.tasks.io.yaml_files import Strict, parse, quoted

_PLACE = "--metadata lawbound"
_EXAMPLE = '--metadata \'{"lawbound": {"suite": "standard", "seed": 1, "limit_items": 5}}\''
_OURS = ("lawbound", "lawbound_policy", "policy", "suite", "limit_items")


class Chosen(Strict):
    """The settings that a user may choose for our tasks."""

    model_config = ConfigDict(strict=True)

    suite: str = "quick"
    seed: Annotated[int, Field(ge=0, le=MOST_COUNTED)] | None = None
    limit_items: Annotated[int, Field(gt=0, le=MOST_COUNTED)] | None = None


def chosen(given: Any) -> Chosen:
    """What ``--metadata '{"lawbound": ...}'`` holds.

    Raises:
        TaskError: It is not such a mapping, or has an unknown name.
    """
    if isinstance(given, Mapping) and "policy" in given:
        raise TaskError(
            f"{_PLACE}: found policy, expected none: each task has its own, such as --tasks lawbound_de"
        )
    if given is not None and not isinstance(given, Mapping):
        raise TaskError(f"{_PLACE}: found {quoted(given)}, expected {_EXAMPLE}")
    found = parse(given or {}, Chosen, _PLACE, TaskError)
    if found.suite not in shipped_suites():
        raise TaskError(
            f"{_PLACE}: suite is {quoted(found.suite)}, expected one of {', '.join(shipped_suites())} (lm-eval takes "
            f"shipped suites only){did_you_mean(found.suite, shipped_suites())}"
        )
    return found


def refuse_strays(others: Mapping[str, Any], call: Call | None) -> None:
    """Refuse settings that have one of our names, however misspelt, outside ``lawbound``.

    lm-eval mixes the model's arguments in, so a `seed` may be the model's. If both set a name,
    lm-eval keeps the metadata's value; a difference shows that the user gave two.

    Raises:
        TaskError: At the first such setting.
    """
    for name, value in others.items():
        if name != "seed" and not get_close_matches(name, _OURS, n=1, cutoff=0.8):
            continue
        if call is None and name == "seed":
            warn_once(
                f"metadata: seed is ignored (it may be the model's): ours would be {_EXAMPLE}"
            )
        elif call is None or name not in call.model_arguments:
            raise TaskError(
                f"metadata: found {quoted(name)}, expected what concerns lawbound as {_EXAMPLE}"
            )
        elif value != call.model_arguments[name]:
            raise TaskError(
                f"metadata: found {quoted(name)} as {quoted(value)} and in the model's arguments as "
                f"{quoted(call.model_arguments[name])}, expected what concerns lawbound as {_EXAMPLE}"
            )
