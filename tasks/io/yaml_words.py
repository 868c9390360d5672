"""What the YAML parser finds, in words for people who write a file: its own speak of tokens and nodes."""

from collections.abc import Mapping
from typing import Any

from lawbound.tasks.io.messages import one_line

_TABS = "found a tab, expected spaces"
_WORDS: Mapping[str, str] = {
    "found a tab character": _TABS,
    "mapping values are not allowed": "found ': ' where no key can stand, expected quotes around a text that holds "
    "one, a ':' after the key on the line before, or a key that is indented like its neighbours",
    "did not find expected key": "found no key, expected quotes around the whole of a text, or a key that is indented "
    "like its neighbours",
    "did not find expected '-' indicator": "found no '- ', expected the entries of a list, and the keys of each, "
    "indented alike",
    "found unexpected end of stream": "found the end of the file within quotes, expected a closing quote",
    "but found another document": "found a second document after '---', expected one",
    "did not find expected node content": "found a bracket, brace or comma where a value begins, expected quotes around text "
    "that begins with one, and a closing bracket for each",
    "did not find expected digit or '.' character": "found a line that begins with '%', expected quotes around text that "
    "begins with one",
    "could not find expected ':'": "found no ': ' after a key, expected one",
    "did not find expected alphabetic": "found a bare '*' or '&', expected it in quotes",
    "did not find expected ',' or": "found no comma or closing bracket, expected one, or quotes around the whole of a text",
    "block sequence entries are not allowed": "found '- ' beside a key, expected it on a line of its own",
    "found unknown escape character": "found a backslash in double quotes, expected two of them, or single quotes",
}
"""Begin of the parser's words -> ours."""
_FULL_WIDTH = {"：": ":", "，": ",", "［": "[", "］": "]", "｛": "{", "｝": "}"}
"""Signs of an East Asian keyboard that look like those of YAML."""


def in_words(fault: Exception, text: str = "") -> str:
    """The line and the fault, in one line.

    Args:
        fault: What was raised while the text was read as YAML.
        text: The text.
    """
    mark: Any = getattr(fault, "problem_mark", None)
    problem = one_line(getattr(fault, "problem", None) or str(fault) or type(fault).__name__)
    if problem.startswith("could not find expected ':'"):
        mark = getattr(fault, "context_mark", None) or mark  # where the key begins
    if mark is None:
        return problem
    lines = text.split("\n")
    line = lines[mark.line] if mark.line < len(lines) else ""
    # A key without a ':' that YAML knows is found on the next line only.
    before = lines[mark.line - 1] if 0 < mark.line <= len(lines) else ""
    return (
        f"line {mark.line + 1}: {_told(problem, line, before, line[mark.column : mark.column + 1])}"
    )


def _told(problem: str, line: str, before: str, sign: str) -> str:
    if problem.startswith("found character that cannot start any token"):
        return (
            _TABS
            if sign == "\t"
            else f"found a text that begins with {sign!r}, expected quotes around it"
        )
    found = next((ours for theirs, ours in _WORDS.items() if problem.startswith(theirs)), problem)
    if found is problem:
        return problem
    for which, where in (("the line", line), ("the line before", _key(before))):
        wide = next((sign for sign in _FULL_WIDTH if sign in where), None)
        if wide is not None and found != _TABS:
            return f"{found}; {which} holds a full-width {wide!r}: YAML needs {_FULL_WIDTH[wide]!r}"
    return found


def _key(line: str) -> str:
    """The line, if it has no ':' of its own that makes it one of key and value."""
    return "" if ": " in line or line.rstrip().endswith(":") else line
