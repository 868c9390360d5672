"""Scanning a JSONL file before grading, since CSV and parquet need to know every column at the start."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from lawbound.rubrics.grading.answer_files import BATCH, REQUIRED, GradeError, Row, Source, gathered
from lawbound.rubrics.grading.open_answers import open_answers
from lawbound.rubrics.grading.plain_values import cell_text
from lawbound.rubrics.grading.row_values import with_nulls
from lawbound.tasks.io.messages import one_line

if TYPE_CHECKING:
    import pyarrow as pa

MOST_EXACT: Final = 2**53
"""Whole numbers up to here are exact as fractions are stored."""
_Place = tuple[str, ...]
"""Where values are: the name of a column, then of parts within it; an empty one stands for any element of a list."""


def with_columns(path: Path, *, typed: bool, kept: IO[bytes] | None = None) -> Source:
    """Open a JSONL file together with the columns of all its rows, in order of appearance.

    Args:
        path: The file; it is read twice.
        typed: Whether their Arrow types are needed too.
        kept: The file, if it is open already.

    Raises:
        GradeError: A line is damaged, or a column has values of types that no column can hold.
    """
    found: dict[str, None] = {}
    schemas: dict[pa.Schema, None] = {}
    wide: set[_Place] = set()
    for rows in gathered(open_answers(path, kept=kept).rows, BATCH):
        for row in rows:
            for name in row.fields.keys() - found.keys():
                _check_name(row.where, name)
            found.update(dict.fromkeys(row.fields))
        if typed:
            schemas[_schema(rows, wide)] = None
    columns = tuple(found) or REQUIRED
    source = replace(open_answers(path, kept=kept), columns=columns)
    if not typed:
        return source
    return replace(source, schema=_united(path, columns, list(schemas), wide))


def _check_name(where: str, name: str) -> None:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError as fault:
        raise GradeError(
            f"{where}: the name of a field holds a lone surrogate, expected text; JSONL output can keep it"
        ) from fault


def _schema(rows: tuple[Row, ...], wide: set[_Place]) -> "pa.Schema":
    """The types of some rows; places of whole numbers that a fraction's type cannot hold join the wide ones."""
    import pyarrow as pa

    fields = [with_nulls(row) for row in rows]
    names = tuple(dict.fromkeys(name for row in rows for name in row.fields))
    found = []
    for name in names:
        if name == "truncated":
            continue  # one boolean, however the rows state it
        given = [one.get(name) for one in fields]
        try:
            values = pa.array(given)
        except UnicodeEncodeError as fault:
            raise torn_text(next((r for r in rows if _is_torn(r, name)), rows[0]).where) from fault
        except (pa.ArrowException, ValueError, TypeError, OverflowError) as fault:
            raise _mixed(f"{rows[0].where} and after", name, fault) from fault
        for place, group in _places(name, given):
            kinds = set(map(type, group))
            if bool in kinds and not kinds.isdisjoint((int, float)):
                mix = TypeError("found true or false beside numbers")
                raise _mixed(f"{rows[0].where} and after", name, mix)
            if int in kinds and any(type(n) is int and abs(n) > MOST_EXACT for n in group):
                wide.add(place)
        found.append(pa.field(name, values.type))
    return pa.schema(found)


def _places(name: str, values: list[Any]) -> Iterator[tuple[_Place, list[Any]]]:
    """The values of a column, and those at each place within them."""
    pending: list[tuple[_Place, list[Any]]] = [((name,), values)]
    while pending:
        place, group = pending.pop()
        yield place, group
        kinds = set(map(type, group))
        if list in kinds:
            parts = [part for value in group if isinstance(value, list) for part in value]
            pending.append(((*place, ""), parts))
        if dict in kinds:
            by_name: dict[str, list[Any]] = {}
            for value in group:
                for key, part in value.items() if isinstance(value, dict) else ():
                    by_name.setdefault(key, []).append(part)
            pending.extend(((*place, key), parts) for key, parts in by_name.items())


def _fractions(place: _Place, kind: "pa.DataType") -> Iterator[_Place]:
    """The places of a column at which its type has fractions."""
    import pyarrow as pa

    if pa.types.is_floating(kind):
        yield place
    elif pa.types.is_list(kind):
        yield from _fractions((*place, ""), kind.value_type)
    elif pa.types.is_struct(kind):
        for part in kind:
            yield from _fractions((*place, part.name), part.type)


def torn_text(where: str) -> GradeError:
    """The fault of a text that UTF-8 cannot hold."""
    return GradeError(f"{where}: holds a lone surrogate, expected text; JSONL output can keep it")


def _is_torn(row: Row, name: str) -> bool:
    try:
        cell_text(row.fields.get(name)).encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _united(
    path: Path, columns: tuple[str, ...], schemas: "list[pa.Schema]", wide: set[_Place]
) -> "pa.Schema":
    import pyarrow as pa

    found = []
    for name in columns:
        if name == "truncated":
            found.append(pa.field(name, pa.bool_()))
            continue
        parts = [pa.schema([s.field(name)]) for s in schemas if name in s.names]
        parts = parts or [pa.schema([(name, pa.string())])]
        try:
            (field,) = pa.unify_schemas(parts, promote_options="permissive")
        except pa.ArrowException as fault:
            raise _mixed(str(path), name, fault) from fault
        if not wide.isdisjoint(_fractions((name,), field.type)):
            mix = ValueError("found whole numbers above 2^53 beside fractions")
            raise _mixed(str(path), name, mix)
        if pa.types.is_nested(field.type):
            _check_depth(path, field)
        # Nothing but nulls has no type of its own.
        found.append(pa.field(name, pa.string()) if pa.types.is_null(field.type) else field)
    return pa.schema(found)


def _check_depth(path: Path, field: "pa.Field") -> None:
    """Refuse a column that could be written but not read: readers of parquet have a limit of depth."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    try:
        pq.write_table(pa.schema([field]).empty_table(), sink)
        pq.read_schema(pa.BufferReader(sink.getvalue()))
    except (pa.ArrowException, OSError) as fault:
        raise GradeError(
            f"{path}: column {field.name!r}: {one_line(str(fault).split(',')[0], 80)}, expected values that "
            "can be read again; write JSONL instead"
        ) from fault


def _mixed(where: str, name: str, fault: Exception) -> GradeError:
    is_long = isinstance(fault, OverflowError) or "too large" in str(fault)
    return GradeError(
        f"{where}: column {name!r}: {one_line(fault, 80)}, expected "
        f"{'whole numbers below 2^63' if is_long else 'values of one type'}; write JSONL instead"
    )
