"""The run folder: files appear whole or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lawbound.evals.folder import FolderError, read_records, write_lines


def test_lines_that_fail_half_way_leave_what_stood_there(tmp_path: Path) -> None:
    file = tmp_path / "plan.jsonl"
    write_lines(file, ['{"a": 1}', '{"a": 2}'])

    def torn() -> Iterator[str]:
        yield '{"a": 3}'
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        write_lines(file, torn())
    assert [record for _, record in read_records(file)] == [{"a": 1}, {"a": 2}]
    assert [found.name for found in tmp_path.iterdir()] == ["plan.jsonl"]


@pytest.mark.parametrize("line", ["[1]", '{"a":', "\x00", "[" * 100_000])
def test_a_line_that_is_no_object_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "plan.jsonl"
    file.write_text('{"a": 1}\n' + line + "\n")
    with pytest.raises(FolderError, match=r"plan\.jsonl"):
        list(read_records(file))
