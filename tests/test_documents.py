"""Documents say what they point to: links lead somewhere, and sums of tables are those of the tables."""

import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest
import yaml
from pydantic import BaseModel

from lawbound.evals.suite.suite_file import HEEDED_BY, Selection, Suite
from lawbound.rubrics.calibration.kappa import kappa_of
from lawbound.rubrics.policy.compare import coverage
from lawbound.rubrics.policy.files import load_policy
from lawbound.rubrics.policy.threshold import BankSize, Threshold
from lawbound.rubrics.prompts.wordings import categories
from lawbound.rubrics.reference.engine import REFERENCES
from lawbound.tasks import creative, reasoning
from lawbound.tasks.bank import load_bank
from lawbound.tasks.external.source import Source
from lawbound.tasks.item import Act, Context, Operation, Purpose

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.glob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
SETS = yaml.safe_load((ROOT / "benchmarks" / "agreement.yaml").read_text(encoding="utf-8"))
WITHHELD = ("partial", "refuse", "deflect")


def section(page: str, name: str) -> str:
    text = (DOCS / page).read_text(encoding="utf-8")
    found = re.search(f"<!-- {name}:start -->(.*?)<!-- {name}:end -->", text, re.DOTALL)
    assert found, f"{page} has no section {name}"
    return found[1]


def tables(text: str) -> list[list[list[str]]]:
    blocks = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    return [
        [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()]
        for block in blocks
    ]


def total(name: str) -> dict[str, str]:
    """The line of all answers of a set."""
    names, _, first, *_ = tables(section("agreement.md", name))[0]
    assert first[0] == "all"
    return dict(zip(names, first, strict=True))


def confusion(name: str) -> Counter[tuple[str, str]]:
    """How often each label was read as each class."""
    names, _, *lines = tables(section("agreement.md", name))[-1]
    told = [heading.removeprefix("read ") for heading in names]
    return Counter(
        {
            (line[0], told[i]): int(line[i])
            for line in lines
            for i in range(2, len(names))
            if names[i].startswith("read ")
        }
    )


@pytest.mark.parametrize("name", [one["name"] for one in SETS["sets"]])
def test_the_kappa_of_a_set_follows_from_what_its_labels_were_read_as(name: str) -> None:
    pairs = confusion(name)
    sides: Counter[tuple[bool, bool]] = Counter()
    for (gold, told), n in pairs.items():
        sides[gold in WITHHELD, told in WITHHELD] += n
    assert total(name)["n"] == str(sum(pairs.values()))
    assert total(name)["binary"] == f"{kappa_of(sides.elements()):.3f}"


@pytest.mark.parametrize(
    ("name", "files"), [(one["name"], one["files"]) for one in SETS["sets"] if "files" in one]
)
def test_a_set_was_measured_with_all_its_rows(name: str, files: str) -> None:
    rows = 0
    for file in ROOT.glob(files):
        text = file.read_text(encoding="utf-8")
        rows += len(re.findall(r"^- (?:id|prompt):|^- \{prompt:|^\{", text, re.MULTILINE))
    assert total(name)["n"] == str(rows)


def test_the_summary_of_agreement_says_what_the_tables_say() -> None:
    names, _, *lines = tables(section("judging.md", "summary"))[0]
    told = {
        line[0].split("#")[1].rstrip(")"): dict(zip(names, line, strict=True)) for line in lines
    }
    assert list(told) == [one["name"] for one in SETS["sets"] if one.get("summary", True)]
    for name, found in told.items():
        for column in ("n", "binary", "95 %", "three-way"):
            assert found[column] == total(name)[column], (name, column)


def test_the_table_by_language_adds_up_to_the_sets_that_it_pools() -> None:
    names, _, *lines = tables(section("judging.md", "languages"))[0]
    pairs = sum((confusion(name) for name in SETS["pooled"]), Counter[tuple[str, str]]())
    sides: Counter[tuple[bool, bool]] = Counter()
    for (gold, read), n in pairs.items():
        sides[gold in WITHHELD, read in WITHHELD] += n
    last = dict(zip(names[:8], lines[-1][:8], strict=True))
    assert last["n"] == str(sum(pairs.values()))
    assert last["binary"] == f"{kappa_of(sides.elements()):.3f}"
    assert [line[0].split("`")[1] for line in lines[:-1]] == [
        lang for lang, _ in sorted(SETS["languages"].items(), key=lambda pair: pair[1])
    ]
    for i in (1, 5, 6, 7):  # answers, false alarms, and what is missed
        for place in range(len(lines[-1][i].split(" of "))):
            parts = [int(line[i].split(" of ")[place]) for line in lines]
            assert sum(parts[:-1]) == parts[-1], names[i]


def test_what_is_missed_is_what_the_tables_say() -> None:
    names, _, *lines = tables(section("judging.md", "misses"))[0]
    told = {line[0]: dict(zip(names, line, strict=True)) for line in lines}
    for column in names[1:]:
        several = SETS["pooled"] if column == "unseen sets" else [column]
        pairs = sum((confusion(name) for name in several), Counter[tuple[str, str]]())
        n = Counter(gold for gold, _ in pairs.elements())
        alarms = sum(pairs["answer", read] for read in WITHHELD)
        assert told["`answer` read as withheld"][column] == f"{alarms} of {n['answer']}"
        for gold in WITHHELD:
            missed = n[gold] - sum(pairs[gold, read] for read in WITHHELD)
            expected = f"{missed} of {n[gold]}" if n[gold] else ""
            assert told[f"`{gold}` read as served"][column] == expected


def anchors(page: Path) -> set[str]:
    """Headings as GitHub links to them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_page_is_linked_from_the_front_page() -> None:
    linked = set(re.findall(r"\]\(([^)#\s]+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert {str(page.relative_to(ROOT)) for page in PAGES} - linked == {"README.md"}


def folders_of_the_map() -> dict[str, str]:
    """What CONTRIBUTING says of each folder, under "Where things are"."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    chart = text.split("## Where things are")[1].split("\n## ")[0]
    parts = re.split(r"^ {4}(\w+)/ ", chart, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("folder", ["tasks", "runners", "rubrics", "evals", "lawbound"])
def test_the_map_names_every_module_of_a_folder_and_every_package_below_it(folder: str) -> None:
    told = folders_of_the_map()[folder]
    modules = {
        file.stem for file in (ROOT / folder).glob("*.py") if file.stem.strip("_") == file.stem
    }
    below = {
        f"{file.parent.name}/"
        for file in (ROOT / folder).glob("*/**/__init__.py")
        if not file.is_relative_to(ROOT / "lawbound")
    }
    assert modules - set(re.findall(r"\w+(?![\w/])", told)) == set()
    assert below - set(re.findall(r"\w+/", told)) == set()


def test_contributors_are_told_of_every_version_and_of_files_that_are_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    for folder in ("tasks", "runners", "rubrics", "evals"):
        for file in (ROOT / folder).rglob("*.py"):
            for name in re.findall(
                r"^((?:\w+_)?VERSION|READ_AS) = ", file.read_text(encoding="utf-8"), re.MULTILINE
            ):
                told = [row for row in rows if row.startswith(f"| `{name}` in")]
                assert any(f"`{file.relative_to(ROOT)}`" in row for row in told), (name, file)
    for path in re.findall(r"`(?:python )?((?:\w+/)+[\w.]*)`", text):
        assert (ROOT / path).exists(), path
    for name in re.findall(r"`(?:make) (\w[\w-]*)`", text):
        assert f"\n{name}:" in (ROOT / "Makefile").read_text(encoding="utf-8"), name


@pytest.mark.parametrize("package", ["answers", "behaviour"])
def test_a_package_of_many_modules_lists_them_in_the_order_of_reading(package: str) -> None:
    folder = ROOT / "rubrics" / package
    told = (folder / "__init__.py").read_text(encoding="utf-8").split('"""')[1]
    modules = {file.stem for file in folder.glob("*.py")} - {"__init__"}
    assert modules - set(re.findall(r"`(\w+)`", told)) == set()


def test_a_benchmark_writes_its_own_section_and_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import page

    target = tmp_path / "page.md"
    target.write_text(
        "before\n\n<!-- a:start -->\nold\n<!-- a:end -->\n\nafter\n", encoding="utf-8"
    )
    page.write_section("a", "new", target)
    page.write_section("b", "more", target)
    text = target.read_text(encoding="utf-8")
    assert text.startswith("before\n\n<!-- a:start -->\nnew\n<!-- a:end -->\n\nafter\n")
    assert page.read_section("b", target) == "more"
    with pytest.raises(SystemExit, match="no section c"):
        page.read_section("c", target)


def test_the_interval_of_kappa_leaves_doubt_where_nothing_disagrees(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import agreement

    from lawbound.rubrics.verdict import Reading

    rows = [
        {"gold": kind, "read": Reading(kind)} for kind in ("answer", "refuse") for _ in range(10)
    ]
    low, high = agreement.interval(rows)
    # Twenty agreeing answers leave an error rate of 1 - 0.025 ** (1 / 20) = 0.1684 possible; chance is one half.
    assert low == pytest.approx(1 - 0.1684 / 0.5, abs=1e-3) and high == 1
    wrong = [{"gold": "answer", "read": Reading("refuse")}, *rows[1:]]
    low, high = agreement.interval(wrong)
    assert agreement.sides(wrong, 2) == pytest.approx(0.9)
    assert 0 < low < 0.9 < high


@pytest.mark.parametrize(("place", "model"), [(0, Suite), (1, Selection), (3, Source)])
def test_suite_files_are_explained_field_by_field(place: int, model: type[BaseModel]) -> None:
    _, _, *rows = tables((DOCS / "suites.md").read_text(encoding="utf-8"))[place]
    told = {row[0].strip("`"): row[1:] for row in rows}
    assert sorted(told) == sorted(model.model_fields)
    for name, field in model.model_fields.items():
        cell, default = told[name][0], field.get_default(call_default_factory=True)
        if field.is_required():
            assert cell == "needed", name
        elif default in ("", None, (), {}):
            assert cell and "`" not in cell.replace("`source`", ""), name
        elif name != "levels":
            listed = yaml.safe_load(cell.strip("`"))
            assert (tuple(listed) if isinstance(listed, list) else listed) == default, name
    for name in HEEDED_BY if model is Selection else ():
        assert told[name][1].split(", ") == list(HEEDED_BY[name]), name


def test_the_suite_in_the_documents_is_one() -> None:
    text = (DOCS / "suites.md").read_text(encoding="utf-8")
    whole, part = map(yaml.safe_load, re.findall(r"```yaml\n(.*?)```", text, re.DOTALL))
    assert len(Suite.model_validate(whole).select) == 4
    assert Selection.model_validate(part[0]).external is not None


@pytest.mark.parametrize(("heading", "model"), [("threshold", Threshold), ("bank", BankSize)])
def test_marks_and_banks_are_explained_field_by_field(heading: str, model: type[BaseModel]) -> None:
    listed = tables((DOCS / "policies.md").read_text(encoding="utf-8"))
    (rows,) = (rows for header, _, *rows in listed if header[0] == f"field of a {heading}")
    told = {row[0].strip("`"): row[1] for row in rows}
    assert list(told) and sorted(told) == sorted(model.model_fields)
    for name, field in model.model_fields.items():
        if field.is_required():
            assert told[name] == "needed", name
        elif field.default == "":
            assert told[name] in ("empty", "everything asked"), name
        else:
            assert told[name].strip("`") == str(field.default), name


def test_the_policy_in_the_documents_is_one_and_takes_the_marks_beside_it(tmp_path: Path) -> None:
    text = (DOCS / "policies.md").read_text(encoding="utf-8")
    file = tmp_path / "town.yaml"
    file.write_text("".join(re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)), encoding="utf-8")
    policy = load_policy(str(file))
    assert [mark.bank for mark in policy.file.thresholds] == [size.id for size in policy.file.banks]
    counted = {one.rule: one for one in coverage(policy, load_bank())}
    (own,) = (counted[rule.id] for rule in policy.file.rules if rule.behaviour == "refuse")
    assert min(own.restricted, own.near_act, own.near_topic) > 0, "it must enter J"


def test_the_headings_of_a_prompt_are_listed() -> None:
    (row,) = re.findall(r"^\| rule: `category`.*", (DOCS / "policies.md").read_text(), re.MULTILINE)
    assert tuple(re.findall(r"`([a-z]+)`", row)[1:]) == categories()


def first_cells(page: str, heading: str) -> list[str]:
    """The names in the first column of the table under this column title."""
    listed = tables((DOCS / page).read_text(encoding="utf-8"))
    (rows,) = (rows for header, _, *rows in listed if header[0] == heading)
    return [name for row in rows for name in re.findall(r"`([\w-]+)[^`]*`", row[0])]


def test_the_families_of_generated_items_are_listed() -> None:
    assert first_cells("bank.md", "reasoning family") == list(reasoning.FAMILIES)
    assert first_cells("bank.md", "creative family") == list(creative.FAMILIES)


def test_acts_and_what_narrows_them_are_listed() -> None:
    text = (DOCS / "policies.md").read_text(encoding="utf-8")
    assert first_cells("policies.md", "act") == list(get_args(Act))
    (told,) = re.findall(r"^Definitions with examples.*?\n\n", text, re.MULTILINE | re.DOTALL)
    for names in (Operation, Purpose, Context):
        assert set(get_args(names)) - {"none"} <= set(re.findall(r"`([\w-]+)`", told))


def test_reference_models_are_listed() -> None:
    assert sorted({*first_cells("running.md", "`reference:`")}) == sorted(REFERENCES)


def test_the_sizes_of_the_smaller_languages_are_those_of_the_bank() -> None:
    counts = Counter(item.lang for item in load_bank() if item.kind == "policy")
    *others, second, first = sorted(counts, key=lambda lang: counts[lang])
    assert (first, second, len(others)) == ("en", "zh", 13)
    told = re.search(r"have (\d+) \(Spanish\) to (\d+) \(Russian\)", (DOCS / "bank.md").read_text())
    assert told is not None
    assert {"es": int(told[1]), "ru": int(told[2])} == {
        lang: counts[lang] for lang in (others[0], others[-1])
    }


def test_the_package_and_the_citation_name_the_same_authors_and_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert [one["name"] for one in project["authors"]] == [one["name"] for one in cited["authors"]]
    assert project["version"] == cited["version"]
