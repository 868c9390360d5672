"""Everything that decides a run, in one object that people may also write as a file."""

import unicodedata
from typing import Annotated, Any

from pydantic import Field, field_validator

from lawbound.runners.engines import OPTION_NAMES, EngineOptions
from lawbound.tasks.io.limits import LONGEST_NAME, MOST_COUNTED
from lawbound.tasks.io.urls import holds_secret
from lawbound.tasks.io.yaml_files import Strict, quoted

MOST_EPOCHS = 1000
"""Most repeats of one question: more would be planned for hours before anything is asked."""

Count = Annotated[int, Field(gt=0, le=MOST_COUNTED)]
CountFromZero = Annotated[int, Field(ge=0, le=MOST_COUNTED)]


class RunSpec(Strict):
    """Everything that decides a run; `--config FILE` holds the same fields."""

    suite: str = "quick"
    models: Annotated[tuple[str, ...], Field(min_length=1)]
    policies: tuple[str, ...] = ()
    """Empty means the suite's own policies."""
    banks: tuple[str, ...] = ()
    """Bank folders to draw from; empty means the shipped bank."""
    strengths: tuple[str, ...] = ()
    """Empty means the suite's own strengths."""
    seed: CountFromZero | None = None
    limit: Count | None = None
    epochs: Annotated[int, Field(gt=0, le=MOST_EPOCHS)] = 1
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.0
    max_tokens: Count | None = None
    batch_size: Count | None = None
    dtype: str = "float32"
    device: str = "auto"
    concurrency: Count = 64
    max_errors: CountFromZero | None = None
    model_revision: str | None = None
    trust_remote_code: bool = False
    references: bool = True
    """Whether the suite's reference models run beside the others."""
    on: str | None = None
    """``ray`` or ``ray://HOST:PORT``: ask these models on a cluster's workers; else in this process."""
    workers: Count | None = None
    """Workers of the cluster; None means one per accelerator or, without any, one per machine."""

    @field_validator("suite", "models", "policies", "model_revision")
    @classmethod
    def _printable(cls, value: Any) -> Any:
        """Names go into files, which cannot hold half a surrogate pair; nor may a name hold a
        control character."""
        for name in value if isinstance(value, tuple) else (value or "",):
            if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in name):
                raise ValueError(
                    f"found {quoted(name)}, expected a name without control signs, in UTF-8"
                )
            if len(name) > LONGEST_NAME:
                raise ValueError(
                    f"found {quoted(name)}, expected a name of at most {LONGEST_NAME} characters"
                )
        return value

    @field_validator("suite", "policies", "banks", "model_revision")
    @classmethod
    def _public(cls, value: Any) -> Any:
        """Run folders and reports hold these names; models' names are checked elsewhere, by their
        form."""
        for name in value if isinstance(value, tuple) else (value or "",):
            if holds_secret(name):
                raise ValueError(
                    f"found {quoted(name)}, expected no user name, password or key in a URL"
                )
        return value

    @property
    def engine_options(self) -> EngineOptions:
        """The options that concern an engine."""
        return EngineOptions(**{field: getattr(self, name) for field, name in OPTION_NAMES.items()})
