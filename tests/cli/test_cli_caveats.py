"""What is said beside the numbers: the same by each command, in the report and in Python."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import get_args
from urllib.request import Request, urlopen

import lawbound
from lawbound.evals.caveats import Caveat, Kind
from lawbound.rubrics.reference.constants import REFUSAL

Command = Callable[..., tuple[int, str, str]]


def _warnings(told: str) -> list[str]:
    return [line for line in told.splitlines() if line.startswith("WARNING: ")]


def test_a_tie_is_told_wherever_a_run_is_concluded_and_ends_the_run_with_3(
    command: Command, scripted_server: str, tmp_path: Path
) -> None:
    root, out = f"{scripted_server}/sly", tmp_path / "run"
    script = json.dumps({"replies": [["", REFUSAL]]}).encode()
    with urlopen(Request(f"{root}/script", script, method="PUT")):
        pass
    model = f"openai:sly@{root}/v1"
    code, _, told = command("run", "--model", model, "--policy", "us", "--limit", 2, "--out", out)
    tie, *others = _warnings(told)
    assert code == 3 and not others
    assert tie.startswith("WARNING: model 'sly' equals the baseline 'reference:always-refuse'")
    for name in ("score", "report"):
        code, _, told = command(name, out)
        assert (code, _warnings(told)) == (0, [tie]), name
    (caveat,) = lawbound.open_run(out).caveats
    assert (caveat.kind, caveat.model, f"WARNING: {caveat}") == ("tie", "sly", tie)
    page = (out / "report.html").read_text(encoding="utf-8")
    held = re.search(r'<script id="data" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert held is not None
    assert json.loads(held[1])["caveats"] == [{"model": "sly", "text": caveat.text}]


def test_every_kind_of_caveat_is_in_the_page_on_python() -> None:
    page = (Path(__file__).parents[2] / "docs" / "python.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if re.fullmatch(r"\| `.* \| (yes|no) \|", line)]
    found = {
        kind: row.endswith("| yes |")
        for row in rows
        for kind in re.findall("`([a-z-]+)`", row.split("|")[1])
    }
    assert found == {kind: Caveat(kind, "").is_warning for kind in get_args(Kind)}


def test_python_is_told_what_the_commands_warn_of_beside_a_folders_numbers(
    command: Command,
    rewrite: Callable[..., None],
    undigested: Callable[[Path], Path],
    tmp_path: Path,
) -> None:
    for name in ("one", "two"):
        code, _, _ = command(
            "run", "--model", "reference:coin", "--policy", "us", "--limit", 2, "--no-references",
            "--out", tmp_path / name,
        )  # fmt: skip
        assert code == 0
    one, two = tmp_path / "one", undigested(tmp_path / "two")
    spec = lawbound.open_run(one).record.spec
    rewrite(one, spec=spec | {"models": ["reference:coin", "never"]})
    found = lawbound.compare_runs(one, two).caveats
    assert [(caveat.kind, caveat.model) for caveat in found] == [
        ("not-asked", "never"),
        ("digests", ""),
    ]
    _, _, told = command("compare", one, two)
    lines = [f"WARNING: {found[0]}", str(found[1])]
    assert str(found[0]).startswith(f"{one}: never was not asked to its end")
    assert told.splitlines()[-2:] == lines
    for arguments in (("leaderboard", one, two), ("compare", two, two)):
        assert str(found[1]) in command(*arguments)[2]
    for run, kind in ((one, "not-asked"), (two, "digests")):
        (caveat,) = lawbound.open_run(run).caveats
        assert caveat.kind == kind
        assert lawbound.conclude(run).caveats == (caveat,)
