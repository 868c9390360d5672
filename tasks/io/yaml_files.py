"""Reading the YAML that people write: every fault becomes one line that names the file and the place.

YAML that a program writes for people (`plain_yaml`) is read back as it was written.
"""

import codecs
import re
from collections.abc import Hashable, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from lawbound.tasks.io.faults import Place, place, place_and_fault
from lawbound.tasks.io.safe_files import open_regular, why
from lawbound.tasks.io.urls import without_secrets
from lawbound.tasks.io.yaml_words import in_words

MAX_BYTES = 8_000_000
"""Most bytes of a file that a person writes; refuse early rather than parse for minutes."""

MAX_DEPTH = 100
"""Deepest nesting of a file that a person writes; the C loader's stack overflows at some depth."""

MAX_ENTRIES = 200_000
"""Most values, keys, lists and mappings in a file that a person writes: a bank file of 16,000
questions would have as many. Each takes a hundred times its length in memory, and more if it is at
fault."""

LONGEST_NUMBER = 100
"""Most characters of a number or date; every sensible one is shorter."""

_MAYBE_ALIAS = re.compile(r"(?:^|[\s\[{,:-])\*[^\s,\]}]", re.MULTILINE)
_MAYBE_DEEP = re.compile(r"^[ \t?:-]{1000}", re.MULTILINE)
_MANY_BRACKETS = 2000
_BEFORE_ENTRIES = "\n\r\x85\u2028\u2029,:[{-?"
"""Every entry of a file but the first follows one of these, and no more than three follow any."""
_MOST_FAULTS = 1000
"""Most faults that are looked at, since every entry of a file may have one."""
_ODD_BREAKS = re.compile("[\x85\u2028\u2029]")

_BITS = 63
_TEXT = "tag:yaml.org,2002:str"
_NOTHING = "tag:yaml.org,2002:null"
_CURLY = re.compile("“[^“”]*”|‘[^‘’]*’|„[^“”„]*[“”]")
"""A text wholly within the quotes that a word processor makes of straight ones: YAML takes them for letters."""
_PLAIN = ("tag:yaml.org,2002:seq", "tag:yaml.org,2002:map")
_SIGNS = ("tag:yaml.org,2002:merge", "tag:yaml.org,2002:value")
"""What YAML takes a bare ``<<`` or ``=`` for; of no other tag is the text one that people wrote."""


class Strict(BaseModel):
    """Part of a file that a person writes: a key that is no field is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Model = TypeVar("Model", bound=BaseModel)
File = Path | Traversable


_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(file: File, error: type[Exception]) -> Any:
    """Parse one YAML file.

    Raises:
        error: The file cannot be read or is not YAML; the message holds file, line and fault.
    """
    try:
        with open_regular(file) if isinstance(file, Path) else file.open("rb") as handle:
            raw = handle.read(MAX_BYTES + 1)
    except (OSError, ValueError) as fault:  # ValueError: a NUL in the name
        raise error(f"{file}: cannot be read ({why(fault)}), expected a YAML file") from fault
    if len(raw) > MAX_BYTES:
        raise error(f"{file}: has more than {MAX_BYTES} bytes, expected at most so many")
    text = _decoded(raw, file, error)
    try:
        _refuse_bombs(text)
        loader = _Loader(text)
        node = loader.get_single_node()
        return None if node is None else _value(loader, node)
    except yaml.reader.ReaderError as fault:  # of a NUL, say; it counts bytes and no lines
        line = raw.count(b"\n", 0, fault.position) + 1
        found = f"the character U+{fault.character:04X}"
        raise error(
            f"{file}: line {line}: found {found}, expected text without control characters"
        ) from fault
    except (yaml.YAMLError, RecursionError, ValueError) as fault:
        raise error(f"{file}: {in_words(fault, text)}") from fault


def parse(data: Any, model: type[Model], where: str, error: type[Exception]) -> Model:
    """Validate parsed YAML against a model.

    Raises:
        error: The first fault, as *where, what was found, what was expected*.
    """
    try:
        return model.model_validate(data)
    except ValidationError as fault:
        raise error(first_fault(fault, where, model)) from fault


def first_fault(fault: ValidationError, where: str, model: type[BaseModel] | None = None) -> str:
    """The first fault that validation found, in one line; faults in other places are counted, up to many.

    Args:
        fault: The error of the validation.
        where: The file, and the line or part of it.
        model: The model that was used, so that its keys can be named.
    """
    found: dict[Place, list[Any]] = {}
    for one in fault.errors(include_url=False)[:_MOST_FAULTS]:
        found.setdefault(place(model, one["loc"]), []).append(one)
    # A fault within a value is also reported as no member of a union, or as a list without entries.
    within = {at.parts[:length] for at in found for length in range(len(at.parts))}
    found = {at: here for at, here in found.items() if at.parts not in within}
    # A misspelt field is also a missing one: the spelling is what needs mending.
    strange = (at for at, here in found.items() if here[0]["type"] == "extra_forbidden")
    at = next(strange, next(iter(found)))
    least = "more than " if fault.error_count() > _MOST_FAULTS else ""
    more = f" (and {least}{len(found) - 1} more)" if least or len(found) > 1 else ""
    return ": ".join(filter(None, (where, *place_and_fault(found[at], at, quoted)))) + more


class _Plain(yaml.SafeDumper):
    """Writes a value that occurs twice twice: the files that we read hold no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


class _Fast(yaml.CSafeDumper):
    """The same by libyaml, in an eighth of the time; it cannot write lone surrogates."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Plain | _Fast, text: str) -> yaml.ScalarNode:
    """Quote text that holds Unicode line breaks; YAML would normalise them."""
    style = '"' if _ODD_BREAKS.search(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _whole(dumper: _Plain | _Fast, number: int) -> yaml.ScalarNode:
    if number.bit_length() > _BITS:
        raise ValueError(f"holds {quoted(number)}, expected a number below 2^{_BITS}")
    return dumper.represent_int(number)


for _dumper in (_Plain, _Fast):
    _dumper.add_representer(str, _text)
    _dumper.add_representer(int, _whole)


def plain_yaml(content: Mapping[str, Any]) -> bytes:
    """YAML that `read_yaml` reads as the same data.

    Raises:
        ValueError: It would refuse the result: too many bytes or entries, or too large a number.
    """
    try:
        text = _dumped(content, _Fast)
    except UnicodeEncodeError:
        text = _dumped(content, _Plain)
    raw = text.encode()
    if len(raw) > MAX_BYTES:
        raise ValueError(f"has {len(raw)} bytes, expected at most {MAX_BYTES}")
    try:
        _refuse_bombs(text)
    except yaml.YAMLError as fault:
        raise ValueError(in_words(fault, text)) from fault
    return raw


def _dumped(content: Mapping[str, Any], dumper: type[_Plain | _Fast]) -> str:
    return str(yaml.dump(dict(content), Dumper=dumper, sort_keys=False, allow_unicode=True))


def quoted(value: Any, longest: int = 60) -> str:
    """The value that was found, short enough for a line; repr alone fails on huge integers."""
    try:
        text = without_secrets(repr(value))
    except (ValueError, RecursionError):
        text = f"a huge {type(value).__name__}"
    return text if len(text) <= longest else text[: longest - 3] + "..."


def _decoded(raw: bytes, file: File, error: type[Exception]) -> str:
    """The text of a file.

    Raises:
        error: It is not UTF-8; the message names the line, and says how to mend it.
    """
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise error(f"{file}: is UTF-16, not UTF-8, expected UTF-8 text (save it again as UTF-8)")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        begin = raw.rfind(b"\n", 0, fault.start) + 1
        line = raw.count(b"\n", 0, begin) + 1
        raise error(
            f"{file}: line {line}: byte {fault.start - begin + 1} is not UTF-8, expected UTF-8 text "
            "(save it again as UTF-8)"
        ) from fault


def _value(loader: Any, node: Any) -> Any:
    """The value of a node, duplicate keys refused; ``true:`` and ``no:`` stay words as keys."""
    if isinstance(node, yaml.ScalarNode) and node.tag == _TEXT:
        if _CURLY.fullmatch(node.value) and node.style not in ("'", '"', "|", ">"):
            raise yaml.constructor.ConstructorError(
                None,
                None,
                f"found {quoted(node.value)} in curly quotes, which would stay, expected straight ones",
                node.start_mark,
            )
        return node.value
    if node.tag not in loader.yaml_constructors:
        odd = quoted(node.value) if node.tag in _SIGNS else f"the tag {quoted(node.tag)}"
        raise yaml.constructor.ConstructorError(
            None, None, f"found {odd}, expected plain keys and values", node.start_mark
        )
    if isinstance(node, yaml.ScalarNode):
        return _number_or_date(loader, node)
    if node.tag not in _PLAIN:
        return loader.construct_object(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return [_value(loader, item) for item in node.value]
    found: dict[Hashable, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            what = "list" if isinstance(key_node, yaml.SequenceNode) else "mapping"
            raise yaml.constructor.ConstructorError(
                None, None, f"found a {what} as a key, expected a word", key_node.start_mark
            )
        key = _value(loader, key_node)
        key = key_node.value if isinstance(key, bool) else key
        if node.flow_style and value_node.tag == _NOTHING and not value_node.value:
            raise yaml.constructor.ConstructorError(
                None,
                None,
                f"found {quoted(key)} without a value in braces or brackets, expected one, or quotes around text with a "
                "comma or ':'",
                key_node.start_mark,
            )
        if key in found:
            raise yaml.constructor.ConstructorError(
                None, None, f"found {key!r} twice, expected each key once", key_node.start_mark
            )
        found[key] = _value(loader, value_node)
    return found


def _number_or_date(loader: Any, node: Any) -> Any:
    """A scalar that is not text. Long ones are refused unread: ``1:1:..`` in base 60 takes
    hours."""
    problem = f"found a number of {len(node.value)} characters"
    if len(node.value) <= LONGEST_NUMBER:
        found = loader.construct_object(node)
        if not isinstance(found, int) or found.bit_length() <= _BITS:
            return found
        problem = f"found {node.value!r}"
    raise yaml.constructor.ConstructorError(
        None, None, f"{problem}, expected one below 2^63", node.start_mark
    )


def _refuse_bombs(text: str) -> None:
    """Refuse what would exhaust memory or stack before Python could stop it: endless aliases, deep
    nesting, a million entries.

    All are found by reading event by event, which needs neither, and only if a text could contain
    them.
    """
    brackets = text.count("[") + text.count("{")
    maybe_deep = brackets > _MANY_BRACKETS or _MAYBE_DEEP.search(text) is not None
    maybe_many = 3 * sum(map(text.count, _BEFORE_ENTRIES)) >= MAX_ENTRIES
    if not maybe_deep and not maybe_many and not _MAYBE_ALIAS.search(text):
        return
    depth = entries = 0
    for event in yaml.parse(text, Loader=_Loader):
        mark: Any = event.start_mark
        entries += isinstance(event, yaml.events.ScalarEvent | yaml.events.CollectionStartEvent)
        if entries > MAX_ENTRIES:
            raise yaml.composer.ComposerError(
                None,
                None,
                f"has more than {MAX_ENTRIES} values, keys, lists and mappings, expected at most so many",
                mark,
            )
        if isinstance(event, yaml.events.AliasEvent):
            raise yaml.composer.ComposerError(
                None, None, "found a YAML alias, expected plain values", mark
            )
        depth += isinstance(event, yaml.events.CollectionStartEvent)
        depth -= isinstance(event, yaml.events.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise yaml.composer.ComposerError(
                None, None, f"is nested more than {MAX_DEPTH} deep, expected a flatter file", mark
            )
