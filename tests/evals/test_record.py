"""``run.yaml`` as a type: what it says, and that it is written as it was read."""

import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from lawbound.evals.folder.digests import RESULTS
from lawbound.evals.folder.files import FolderError
from lawbound.evals.folder.record import (
    ModelEntry,
    OriginEntry,
    PanelCounts,
    PanelEntry,
    RunRecord,
)
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.tasks.io.yaml_files import plain_yaml


def test_a_record_that_is_read_and_written_again_keeps_every_byte(finished: Path) -> None:
    before = (finished / "run.yaml").read_bytes()
    record = RunFolder(finished).read_run()
    assert RunFolder(finished).run_text(record) == before
    assert [model.model for model in record.models] == ["m"]
    assert (record.suite.id, record.policies[0].typed, record.seed) == ("quick", "us", 20261123)
    assert record.spec["limit"] == 6 and record.versions["python"] and record.bank


def test_what_this_version_does_not_know_is_kept(out: Path) -> None:
    file = out / "run.yaml"
    content = yaml.safe_load(file.read_text(encoding="utf-8")) | {"later": [1]}
    for part in (content["models"][0], content["policies"][0], content["suite"]):
        part["later"] = {"so": "it is"}
    file.write_bytes(plain_yaml(content))
    RunFolder(out).write_run(RunFolder(out).read_run())
    assert yaml.safe_load(file.read_text(encoding="utf-8")) == content


def test_what_was_not_written_is_not_written_again(run_record: Callable[..., RunRecord]) -> None:
    record = run_record()
    assert list(record.content()) == ["seed", "suite", "policies", "models"]
    assert not record.tells_origins and run_record(asked_as=[]).tells_origins
    assert (record.bank, record.digests, record.judge) == (None, {}, None)


def test_a_run_that_is_judged_no_more_names_no_judge(run_record: Callable[..., RunRecord]) -> None:
    judged = run_record().judged_by(PanelEntry(models=("j",), mode="all"), "1+judge")
    assert judged.content()["judge"] == {"models": ("j",), "mode": "all"}
    assert judged.judged_by(None, None).content() == run_record().content()


def test_digests_of_what_was_asked_outlast_those_of_results(
    run_record: Callable[..., RunRecord],
) -> None:
    asked, result = {"items.jsonl": ("0" * 16,)}, {"metrics.csv": "1" * 16}
    record = run_record(digests=asked).with_results(result)
    assert record.digests == asked | {"metrics.csv": ("1" * 16,)}
    assert record.without_results().digests == asked | dict.fromkeys(RESULTS, ())


@pytest.mark.parametrize("unsure", [1, 0, 0.7])
def test_a_judges_limit_keeps_its_type_since_questions_are_known_by_it(unsure: float) -> None:
    panel = PanelEntry(models=("j",), mode="hybrid", unsure=unsure)
    assert repr(panel.content()["unsure"]) == repr(unsure)


def test_a_record_does_not_change(run_record: Callable[..., RunRecord]) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        run_record().seed = 2  # type: ignore[misc]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"settings": 5}, "settings: found 5, expected a mapping"),
        ({"bank": 1234}, "bank: found 1234, expected text in quotes"),
        ({"versions": {"python": 3}}, "versions.python: found 3, expected text in quotes"),
        ({"judge": {"models": [], "mode": "all", "asked": "9x"}}, "judge.asked: found '9x'"),
        ({"judge": {"models": [], "mode": "all", "unsure": "x"}}, "found 'x', expected a number"),
    ],
)
def test_a_part_of_another_kind_is_refused_with_its_place(
    out: Path, change: dict[str, object], told: str
) -> None:
    file = out / "run.yaml"
    content = yaml.safe_load(file.read_text(encoding="utf-8")) | change
    file.write_bytes(plain_yaml(content))
    with pytest.raises(FolderError) as caught:
        RunFolder(out).read_run()
    assert f"{file}: " in str(caught.value) and told in str(caught.value)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", ": is empty; "),
        (b"lawbound: '1", "; "),
        (b"lawbound: '1'\nseed: \0", ": line 2: found the character U+0000, expected text without control characters; "),
        (b"- a\n", "; "),
        (b"lawbound: '0.0.1'\n", "; "),
        (b"\xff", ": line 1: byte 1 is not UTF-8, expected UTF-8 text (save it again as UTF-8); "),
    ],
)  # fmt: skip
def test_a_record_that_cannot_be_read_is_refused_with_the_way_on(
    out: Path, raw: bytes, told: str
) -> None:
    (out / "run.yaml").write_bytes(raw)
    with pytest.raises(FolderError) as caught:
        RunFolder(out).read_run()
    assert (
        f"{told}remove it, and `lawbound run` as before (its --judge, too) writes it anew"
        in str(caught.value)
    )


@pytest.mark.parametrize("lines", [3, 10, 40, 80])
def test_a_record_cut_between_two_lines_is_refused_with_the_way_on(out: Path, lines: int) -> None:
    file = out / "run.yaml"
    whole = file.read_bytes().splitlines(keepends=True)
    assert len(whole) > lines
    file.write_bytes(b"".join(whole[:lines]))
    with pytest.raises(FolderError, match=r"; remove it, and `lawbound run` as before"):
        RunFolder(out).read_run()


def test_a_record_that_cannot_be_opened_is_not_to_be_removed(out: Path) -> None:
    file = out / "run.yaml"
    file.unlink()
    file.mkdir()
    with pytest.raises(FolderError, match="cannot be read") as closed:
        RunFolder(out).read_run()
    assert "remove it" not in str(closed.value)


def test_the_page_on_formats_lists_every_field() -> None:
    page = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    section = page.partition("### `run.yaml`\n")[2].partition("\n### ")[0]
    listed = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", section, re.MULTILINE))
    assert list(listed) == list(RunRecord.model_fields)
    for name, part in {"models": ModelEntry, "asked_as": OriginEntry, "judge": PanelEntry}.items():
        words = re.findall(r"\w+", listed[name])
        assert set(part.model_fields) <= set(words), name


def test_what_is_counted_of_a_panel_has_a_field_of_its_record() -> None:
    assert {field.name for field in fields(PanelCounts)} <= set(PanelEntry.model_fields)
