"""The base class of all parts of a policy file: people write them; they are stored as written."""

from functools import cached_property
from typing import Annotated, Any

from pydantic import ConfigDict, StringConstraints

from lawbound.tasks.io.yaml_files import Strict

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


class Written(Strict):
    """Part of a file that a person writes."""

    model_config = ConfigDict(ignored_types=(cached_property,))

    def said(self, *apart: str) -> dict[str, Any]:
        """The fields that differ from their defaults, without those in `apart`.

        Fields left open have their defaults. So the default of a field never changes: stored texts
        would come to say something else under an unchanged digest.
        """
        return self.model_dump(mode="json", exclude=set(apart), exclude_defaults=True)
