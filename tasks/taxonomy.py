"""The closed vocabulary of the suite: areas, topics and acts."""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import get_args

from lawbound.tasks.io.messages import did_you_mean
from lawbound.tasks.io.yaml_files import Strict, parse, read_yaml
from lawbound.tasks.item import Act, ItemError

OPEN_ACTS: frozenset[Act] = frozenset({"deny", "fabricate", "insult", "instruct", "disclose"})
"""Acts that are not scored if no rule matches, unless the item is marked harmless."""


class ActDefinition(Strict):
    """What an act means, with examples on both sides of its border."""

    definition: str
    positive: tuple[str, ...]
    negative: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """Topics by id and acts by name."""

    topics: Mapping[str, str]
    """``area/topic`` -> one-line definition."""
    acts: Mapping[Act, ActDefinition]

    @property
    def areas(self) -> tuple[str, ...]:
        """Area names in file order."""
        return tuple(dict.fromkeys(topic.partition("/")[0] for topic in self.topics))

    def matching(self, pattern: str) -> tuple[str, ...]:
        """Topics that match a shell-style pattern."""
        return tuple(topic for topic in self.topics if fnmatchcase(topic, pattern))

    def nearest(self, topic: str, *, is_pattern: bool = False) -> str:
        """A hint for a misspelt topic, or pattern of a whole area; empty if none is similar.

        Args:
            topic: What was found.
            is_pattern: Whether a pattern may stand there, so that an area alone means all its topics.
        """
        if is_pattern and topic.lower().rstrip("/") in self.areas:
            return f"; did you mean '{topic.lower().rstrip('/')}/*'?"
        areas = [f"{area}/*" for area in self.areas]
        return did_you_mean(topic, areas if topic.endswith("/*") else self.topics)


@cache
def load_taxonomy() -> Taxonomy:
    """Read the shipped taxonomy.

    Raises:
        ItemError: A taxonomy file is malformed.
    """
    folder = files("lawbound.tasks") / "taxonomy"
    areas = read_yaml(folder / "topics.yaml", ItemError)
    topics = {
        f"{area}/{name}": text for area, names in areas.items() for name, text in names.items()
    }
    raw = read_yaml(folder / "acts.yaml", ItemError)
    if set(raw) != set(get_args(Act)):
        raise ItemError(f"acts.yaml: acts are {sorted(raw)}, expected {sorted(get_args(Act))}")
    acts = {
        act: parse(raw[act], ActDefinition, f"acts.yaml: {act}", ItemError) for act in get_args(Act)
    }
    return Taxonomy(topics=topics, acts=acts)
