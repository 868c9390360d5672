"""The base of all parts of a policy file: people write them, and they are stored as written."""

from functools import cached_property
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


class Written(BaseModel):
    """Part of a file that a person writes."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    def said(self, *apart: str) -> dict[str, Any]:
        """What was written, fields named in `apart` left out.

        What it leaves open has the value that everybody gives it. So the default of a field never changes:
        texts that are stored would come to say something else under the digest that they have.
        """
        return self.model_dump(mode="json", exclude=set(apart), exclude_defaults=True)
