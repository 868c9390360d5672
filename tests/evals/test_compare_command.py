"""What `lawbound compare` prints."""

import sys
from pathlib import Path

import pandas as pd
import pytest

from lawbound.__main__ import main


def test_compare_shows_bounds_where_answers_could_not_be_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["lawbound", *arguments])
        with pytest.raises(SystemExit) as stop:
            main()
        return int(stop.value.code or 0), capsys.readouterr().out

    out = str(tmp_path / "run")
    models = ("--model", "reference:coin", "--model", "reference:parrot")
    asked = ("--policy", "us", "--limit", "20", "--no-references", "--out", out)
    assert run("run", "quick", *models, *asked)[0] == 0
    chosen = ("--model-a", "reference:coin", "--model-b", "reference:parrot")

    def shown() -> dict[str, tuple[str, str]]:
        """Difference and bounds of each metric at full strength."""
        code, told = run("compare", out, out, *chosen)
        header, *lines = told.split("\n\n")[0].splitlines()
        assert code == 0 and "+nan" not in told
        start, end = header.index("B-A"), header.index("p (Holm)")
        found = {}
        for line in lines:
            value, _, bounds = line[start:end].replace("[", "|").split("|")
            if " full " in line:
                found[line.split()[0]] = (value.strip(), bounds.strip())
        return found

    whole = shown()
    assert {"adherence", "excess", "J", "capability"} <= set(whole)
    for value, bounds in whole.values():
        assert bounds == f"{value}, {value}]"
    path = Path(out) / "verdicts.parquet"
    verdicts = pd.read_parquet(path)
    lost = (verdicts["strength"] == "full") & (verdicts["model"] == "reference:parrot")
    verdicts.loc[lost, "behaviour"] = "unscored"
    verdicts.loc[lost, ["met", "plain", "score"]] = float("nan")
    verdicts.to_parquet(path, index=False)
    unread = shown()
    assert set(unread) == set(whole) and {value for value, _ in unread.values()} == {"nan"}
    for _, bounds in unread.values():
        low, high = bounds.rstrip("]").split(", ")
        assert -2 <= float(low) < float(high) <= 2
