"""Writing graded answers as parquet: those of a parquet file keep their own arrays, others get types."""

from typing import IO, TYPE_CHECKING, Any

from lawbound.rubrics.grading.answer_files import (
    BATCH,
    MOST_GATHERED,
    GradeError,
    Row,
    Source,
    refuse_new_fields,
)
from lawbound.rubrics.grading.row_values import stated_truncation, with_nulls
from lawbound.tasks.io.messages import one_line

if TYPE_CHECKING:
    import pyarrow as pa


class ParquetFile:
    """Takes graded rows one by one, and writes them a few at a time."""

    def __init__(self, handle: IO[bytes], source: Source, added: tuple[str, ...]) -> None:
        """Write to a file; its columns are those of the source and the added ones."""
        self._handle = handle
        self._added = added
        self._given: pa.Schema | None = source.schema
        self._columns = source.columns
        self._is_text = True
        """The rows are of a format without types: how they state a truncation is no type to keep."""
        self._held: list[tuple[Row, dict[str, Any]]] = []
        self._size = 0
        self._writer: Any = None
        self._schema: pa.Schema | None = None

    def write(self, row: Row, added: dict[str, Any]) -> None:
        """Append one row."""
        full = len(self._held) >= BATCH or self._size > MOST_GATHERED
        if self._held and (full if row.piece is None else row.piece is not self._held[0][0].piece):
            self._flush()
        self._is_text = row.piece is None
        self._held.append((row, added))
        self._size += row.size

    def close(self) -> None:
        """Write what is still in memory."""
        self._flush()
        if self._writer is not None:
            self._writer.close()

    def abandon(self) -> None:
        """Close a file that will be thrown away."""
        if self._writer is not None:
            # Otherwise it writes its footer when it is collected, to a file that is closed by then.
            self._writer.is_open = False

    def _flush(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        where = self._held[0][0].where if self._held else "header"
        try:
            if self._schema is None:
                self._schema = self._make_schema()
                self._writer = pq.ParquetWriter(self._handle, self._schema)
            self._writer.write_table(self._table(self._schema))
        except GradeError:
            raise
        except (pa.ArrowException, ValueError, TypeError, OverflowError) as fault:
            message = one_line(fault, 80)
            raise GradeError(
                f"{where} and after: {message}, expected columns of one type; write JSONL instead"
            ) from fault
        self._held.clear()
        self._size = 0

    def _table(self, schema: "pa.Schema") -> "pa.Table":
        """The rows in memory. Those of a parquet file keep their own arrays, whatever the types."""
        import pyarrow as pa

        table = self._held[0][0].piece if self._held else None
        if table is None:
            for row, _ in self._held:
                refuse_new_fields(row, tuple(schema.names), "parquet")
            return pa.Table.from_pylist([_merged(r, new) for r, new in self._held], schema)
        for name in self._added:
            at, field = schema.get_field_index(name), schema.field(name)
            values = [new[name] for _, new in self._held]
            if name in table.column_names and field.type != pa.bool_():
                # A truncation that is stated as text or number stays so. Only one that was guessed is a bool.
                if not any(isinstance(value, bool) for value in values):
                    continue
                values = [_stated_as(value, field.type) for value in values]
            column = pa.array(values, field.type)
            if name in table.column_names:
                table = table.set_column(at, field, column)
            else:
                table = table.append_column(field, column)
        return table.cast(schema) if table.schema != schema else table

    def _make_schema(self) -> "pa.Schema":
        import pyarrow as pa

        given = self._given
        if given is None and self._held:
            given = pa.Table.from_pylist([row.fields for row, _ in self._held]).schema
        if given is None:
            given = pa.schema([(name, pa.string()) for name in self._columns or ()])
        text, flag = pa.string(), pa.bool_()
        kinds = (text, flag, pa.list_(text), flag, text, pa.float64())
        fresh = dict(zip(self._added, kinds, strict=True))
        if self._is_text and "truncated" in given.names:
            fresh["truncated"] = flag
        for name, kind in fresh.items():
            at = given.get_field_index(name)
            if at < 0:
                given = given.append(pa.field(name, kind))
            elif self._is_text or pa.types.is_null(given.field(at).type):
                # `truncated`, the only one that may be given
                given = given.set(at, pa.field(name, kind))
        return given


def _stated_as(value: Any, kind: "pa.DataType") -> Any:
    """A guessed truncation in the words of its column; other values as they are."""
    import pyarrow as pa

    if not isinstance(value, bool):
        return value
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind)
    return int(value) if is_number else str(value).lower()


def _merged(row: Row, added: dict[str, Any]) -> dict[str, Any]:
    """A row of text formats for parquet; a truncation that it states becomes a boolean."""
    merged = {**with_nulls(row), **added}
    stated = stated_truncation(row)
    if "truncated" in row.fields and (stated is not None or "truncated" not in added):
        merged["truncated"] = stated
    return merged
