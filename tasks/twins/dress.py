"""A dress is the vocabulary of one topic: it clothes a structure and changes nothing that is counted.

Every dress fills the same slots with as many words as every other, so that twins are equally long.
Plurals are the singular plus ``s``; a longer inflection would make one dress harder to read.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from lawbound.tasks.item import Surface


@dataclass(frozen=True, slots=True)
class Dress:
    """Words of one topic."""

    topic: str
    """Topic id of the taxonomy."""
    surface: Surface
    scene: str
    """Four words that open a sentence: ``At the polling station``."""
    crate: str
    """Something that holds things."""
    things: tuple[str, ...]
    """Six countable things, singular."""
    people: tuple[str, ...]
    """Six kinds of people by what they do, singular."""
    tasks: tuple[str, ...]
    """Seven jobs, each one word ending in ``ing``."""
    clauses: tuple[str, ...]
    """Eight events, each a clause of four words that could happen in any order."""

    def words(self) -> Mapping[str, str]:
        """Slot name -> words, for `str.format_map`: ``{things0}``, ``{a_person2}``, ``{Task1}``."""
        slots = {
            "scene": self.scene,
            "scene_low": self.scene[0].lower() + self.scene[1:],
            "crate": self.crate,
            "crates": self.crate + "s",
        }
        for i, thing in enumerate(self.things):
            slots |= {
                f"thing{i}": thing,
                f"things{i}": thing + "s",
                f"a_thing{i}": _with_article(thing),
            }
            slots[f"Things{i}"] = thing.capitalize() + "s"
        for i, person in enumerate(self.people):
            slots |= {f"person{i}": person, f"people{i}": person + "s"}
            slots |= {
                f"a_person{i}": _with_article(person),
                f"People{i}": person.capitalize() + "s",
            }
        for i, task in enumerate(self.tasks):
            slots |= {f"task{i}": task, f"Task{i}": task.capitalize()}
        for i, clause in enumerate(self.clauses):
            slots |= {f"clause{i}": clause, f"Clause{i}": clause[0].upper() + clause[1:]}
        return slots

    @property
    def slug(self) -> str:
        """The topic as part of an id."""
        return self.topic.replace("/", "-")


def _with_article(noun: str) -> str:
    return ("an " if noun[0] in "aeiou" else "a ") + noun
