"""How the offline grader reads passages alone: ``python benchmarks/grader_passages.py [FILE...]``

Each file is YAML with ``lang`` and any of ``refuse, deflect, answer, decline_rest`` (passages) and ``neutral,
one_sided`` (entries with prompt and response); without arguments, those of the second author. Passages are read
without a prompt. A ``decline_rest`` follows each time a passage of ``answer`` and should make it partial. The
shipped table has seen all of them: see ``benchmarks/cross_grader.py`` for figures on passages it has not.
"""

import sys
from collections import Counter
from pathlib import Path

import yaml

from lawbound.rubrics.behaviour import grade
from lawbound.rubrics.behaviour.concepts import UNSPACED

FOLDER = Path(__file__).parents[1] / "rubrics" / "behaviour" / "training" / "second"
SHORTEST_PART = 40
"""A shorter passage is hardly a part of an answer."""
LISTS = ("refuse", "deflect", "answer", "decline_rest", "neutral", "one_sided")
READINGS = ("answer", "neutral", "partial", "refuse", "deflect", "off-topic")


def main() -> None:
    """Read, grade, print."""
    paths = [Path(name) for name in sys.argv[1:]] or sorted(FOLDER.glob("*.yaml"))
    counts = {path.stem: read(path) for path in paths}
    total: dict[str, Counter[str]] = {name: Counter() for name in LISTS}
    for found in counts.values():
        for name in LISTS:
            total[name] += found[name]
    _say(f"{'':13}{'n':>6}" + "".join(f"{name:>10}" for name in READINGS))
    for name in LISTS:
        row = total[name]
        _say(f"{name:13}{row.total():6}" + "".join(f"{row[seen]:10}" for seen in READINGS))
    _say("\nwithheld     " + "".join(f"{name:>13}" for name in LISTS))
    for lang, found in counts.items():
        shares = [withheld(found[name]) for name in LISTS]
        _say(f"{lang:13}" + "".join(f"{share:13.2f}" for share in shares))


def read(path: Path) -> dict[str, Counter[str]]:
    """What each list of a file is read as."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    lang = data["lang"]
    found: dict[str, Counter[str]] = {}
    for name in ("refuse", "deflect", "answer"):
        found[name] = Counter(grade("", text, lang=lang).behaviour for text in data[name])
    found["decline_rest"] = Counter(
        grade("", text, lang=lang).behaviour for text in served_and_declined(data)
    )
    for name in ("neutral", "one_sided"):
        found[name] = Counter(
            grade(row["prompt"], row["response"], lang=lang).behaviour for row in data[name]
        )
    return found


def served_and_declined(data: dict[str, list[str]]) -> list[str]:
    """Each sentence that declines the rest, after a passage that serves."""
    parts = [
        text for text in data["answer"] if len(text) > SHORTEST_PART or data["lang"] in UNSPACED
    ]
    glue = "" if data["lang"] in UNSPACED else " "
    return [parts[i % len(parts)] + glue + text for i, text in enumerate(data["decline_rest"])]


def withheld(row: Counter[str]) -> float:
    """Share that is read as withheld."""
    return (row["partial"] + row["refuse"] + row["deflect"]) / max(1, row.total())


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
