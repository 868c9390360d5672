"""The texts in ``rubrics/behaviour/training/`` from which the behaviour grader's learned part is fitted."""

import itertools
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from lawbound.rubrics.behaviour import concepts
from lawbound.rubrics.reference.constants import bland
from lawbound.tasks.io.hashes import digest_of

TRAINING = Path(__file__).parents[1] / "rubrics" / "behaviour" / "training"
FOLDS = 4
SMALL, CUT, BLAND = "small_model", 200, 4
"""File of the small model's answers, letters at which they are cut off as well, and one in how many English
prompts that gets a bland answer too."""
PASSAGES = ("refuse", "deflect", "answer", "decline_rest")


@dataclass(frozen=True, slots=True)
class Row:
    """One training text."""

    text: str
    lang: str
    label: str
    """A behaviour; ``decline_rest`` for a sentence that declines the rest, ``one_sided`` for one that takes a
    side, ``pair`` for two answers in a row."""
    prompt: str | None = None
    """None for a passage alone: what the second step knows of prompts is then left open."""
    hard: bool = False
    """Written to be hard; only told apart where agreement is reported."""
    source: str = ""
    """File of a whole answer."""

    @property
    def fold(self) -> int:
        """Answers to one prompt stay together."""
        return zlib.crc32((self.prompt or self.text).encode()) % FOLDS


def _read(file: Path) -> Any:
    """YAML by libyaml: a seventh of the time, for 20,000 texts."""
    return yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)


def rows(folder: Path = TRAINING) -> list[Row]:
    """All of it: passages, answers that set out or take sides, whole answers."""
    found: list[Row] = []
    for file in [*sorted(folder.glob("*.yaml")), *sorted(folder.glob("second/*.yaml"))]:
        data = _read(file)
        for lang, texts in data.get("more", {}).items():
            found += [Row(text, lang, "answer") for text in texts]
        for label in PASSAGES:
            found += [Row(text, data["lang"], label) for text in data.get(label, ())]
        for label in ("neutral", "one_sided"):
            found += [Row(one["response"], data["lang"], label) for one in data.get(label, ())]
    answers = whole(folder / "whole")
    return [*found, *_pairs(found), *_parts(found), *answers, *_cut(answers), *_bland(answers)]


def whole(folder: Path = TRAINING / "whole") -> list[Row]:
    """Whole answers with their prompts."""
    found = []
    for file in sorted(folder.glob("*/*.yaml")):
        data = _read(file)
        hard = file.parent.name == "hard"
        found += [
            Row(
                one["response"],
                one.get("lang") or data["lang"],
                one["gold"],
                one["prompt"],
                hard,
                file.stem,
            )
            for one in data["rows"]
        ]
    return found


def digest(folder: Path = TRAINING) -> str:
    """Digest of all texts and labels, without comments: the tables keep it, so that a text that was changed
    after the fit shows at once."""
    lines = [
        line
        for file in sorted(folder.rglob("*.yaml"))
        for line in file.read_bytes().splitlines(keepends=True)
        if not line.startswith(b"#")
    ]
    return digest_of(b"".join(lines))


def _cut(answers: Sequence[Row]) -> list[Row]:
    """The small model's answers as a token limit leaves them."""
    own = [row for row in answers if row.source == SMALL and len(row.text) > 2 * CUT]
    return [replace(row, text=row.text[:CUT].rsplit(" ", 1)[0], source="") for row in own]


def _bland(answers: Sequence[Row]) -> list[Row]:
    """Answers that announce and say nothing: the text of a reference model, which withholds nothing."""
    english = [row for row in answers if row.lang == "en" and row.source != SMALL][::BLAND]
    return [
        Row(bland(row.prompt, row.lang), row.lang, "answer", row.prompt)
        for row in english
        if row.prompt is not None
    ]


def _pairs(found: Sequence[Row]) -> list[Row]:
    served = [row for row in found if row.label == "answer"]
    return [
        replace(
            a, text=a.text + ("" if a.lang in concepts.UNSPACED else " ") + b.text, label="pair"
        )
        for a, b in itertools.pairwise(served)
        if a.lang == b.lang
    ]


def _parts(found: Sequence[Row]) -> list[Row]:
    """A passage that serves and a sentence that declines the rest."""
    made = []
    for lang in sorted({row.lang for row in found}):
        glue = "" if lang in concepts.UNSPACED else " "
        served = [row for row in found if (row.lang, row.label) == (lang, "answer")]
        rests = [row for row in found if (row.lang, row.label) == (lang, "decline_rest")]
        for i, rest in enumerate(rests):
            text = served[i * 7 % len(served)].text + glue + rest.text
            made.append(replace(rest, text=text, label="partial"))
    return made
