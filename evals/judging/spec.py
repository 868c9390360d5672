"""Which judges read which answers, as the user sets it before anything is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self, get_args

from lawbound.rubrics.judges.majority import UNSURE, JudgeMode
from lawbound.rubrics.judges.named import read_name
from lawbound.runners.engines import EngineOptions, ModelError, check_options

if TYPE_CHECKING:
    from lawbound.evals.run_spec import RunSpec


@dataclass(frozen=True, slots=True)
class JudgeSpec:
    """Who judges, and which answers: `JudgeSpec(("openai:NAME@URL",))`.

    Raises:
        ModelError: A judge's name has no known form, or the mode, `unsure`, `max_errors` or
            `max_tokens` is invalid.
    """

    models: tuple[str, ...]
    """Names of models; ``guard:FAMILY:MODEL`` for a guard model."""
    mode: JudgeMode = "hybrid"
    unsure: float = UNSURE
    """In `hybrid` mode, the offline confidence (0 to 1) below which the panel is asked."""
    options: EngineOptions | None = None
    """How the judges' models are opened; None takes the run's options in `evaluate`, and the
    defaults in `conclude`."""
    max_errors: int | None = None
    """Failed requests of one judge to tolerate; None takes the run's number in `evaluate`, and any
    number in `conclude`."""
    max_tokens: int | None = None
    """Token limit of a judge's reply, thinking included; None takes what the kind of judge needs
    (docs/judges.md)."""

    def __post_init__(self) -> None:
        many = isinstance(self.models, tuple | list)
        if not (many and all(isinstance(name, str) for name in self.models)):
            raise ModelError(
                f"judge models are {self.models!r:.80}, expected a tuple of names, such as "
                "('openai:NAME@URL',)"
            )
        if self.mode not in get_args(JudgeMode):
            raise ModelError(
                f"judge mode '{self.mode}': expected {' or '.join(get_args(JudgeMode))}"
            )
        if not (isinstance(self.unsure, int | float) and 0 <= self.unsure <= 1):
            raise ModelError(
                f"judge 'unsure' is {self.unsure!r:.40}, expected a confidence from 0 to 1"
            )
        most = self.max_errors
        if most is not None and (type(most) is not int or most < 0):  # True is no count
            raise ModelError(f"judge 'max_errors' is {most!r:.40}, expected a count or None")
        room = self.max_tokens
        if room is not None and (type(room) is not int or room < 1):
            raise ModelError(f"judge 'max_tokens' is {room!r:.40}, expected at least 1, or None")
        check_options(self.options or EngineOptions())
        names = [read_name(model).name for model in self.models]
        for at, model in enumerate(names):
            if model in names[:at]:
                raise ModelError(
                    f"judge '{model}': is named twice and would have two votes, expected it once"
                )

    def beside(self, run: RunSpec) -> Self:
        """The options of the run's models unless the spec sets its own; the revision, which names
        weights, is left out."""
        options = self.options or replace(run.engine_options, revision=None)
        limit = run.max_errors if self.max_errors is None else self.max_errors
        return replace(self, options=options, max_errors=limit)
