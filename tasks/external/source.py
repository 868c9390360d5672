"""Where external items come from, and what the columns there mean."""

from typing import Literal

from pydantic import Field

from lawbound.tasks.io.yaml_files import Strict
from lawbound.tasks.item import Act, Operation

Shape = Literal["prompt", "number", "choice", "text"]


class Source(Strict):
    """Where external items come from, as written in a suite file."""

    source: str = Field(min_length=1)
    """Path of a local file, or name of a dataset on the hub."""
    name: str = Field(default="", max_length=40)
    """Prefix of the items' ids; by default made from the source."""
    config: str | None = None
    """Configuration of a hub dataset."""
    split: str = "train"
    revision: str | None = None
    """Commit of a hub dataset; name one, or results cannot be repeated."""
    shape: Shape = "prompt"
    columns: dict[
        Literal[
            "prompt",
            "answer",
            "choices",
            "id",
            "group",
            "topic",
            "acts",
            "lang",
            "purpose",
            "target",
            "context",
            "harmless",
        ],
        str | list[str],
    ] = Field(default_factory=dict)
    """Part -> column; ``choices`` may be one column that holds a list, or a list of columns."""
    topic: str = "everyday/school"
    """Topic of the taxonomy if no column gives it; rows with an empty cell need one that the source names itself."""
    acts: tuple[Act, ...] = ()
    """Acts if no column gives them: needed for prompts, since rules are about acts; ``compute`` for checkable shapes."""
    operation: Operation = "ask"
    lang: str = "en"
    """Language if no column gives it; rows with an empty cell need one that the source names itself. A
    code of ISO 639-1, or three letters for a language without one."""
    unit: str = ""
    limit: int | None = Field(default=None, ge=1)
