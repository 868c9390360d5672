"""A blank row of a labelling sheet counts once, and not if another row of the same answer has a label."""

from pathlib import Path

import pandas as pd

from lawbound.evals.correction.blanks import blanks
from lawbound.evals.correction.labels import read_labels


def _frame(policies: tuple[str, ...]) -> pd.DataFrame:
    """Forty answers under each policy, the same ones; every other one is withheld."""
    rows = [
        {
            "key": f"k{i:02}", "model": "m", "policy": policy, "strength": "none", "base": "answer",
            "lang": "en", "behaviour": "refuse" if i % 2 else "answer",
            "withheld": bool(i % 2), "error": "", "blocked": False, "mode": "generate", "kind": "policy",
            "rules": "r", "near_miss": "",
        }
        for policy in policies
        for i in range(40)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_an_answer_that_is_judged_under_several_policies_counts_once() -> None:
    served = {f"k{i:02}" for i in range(0, 40, 2)}
    rest = {f"k{i:02}" for i in range(1, 40, 2)}
    once = blanks(_frame(("cn",)), served, rest)
    assert (once.rows, once.withheld, once.expected) == (20, 0, 10)
    assert once.are_unlike
    assert blanks(_frame(("cn", "de")), served, rest) == once


def test_an_answer_that_has_its_label_in_another_row_is_not_blank(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    keys = ["a" * 64, "a" * 64, "b" * 64, "c" * 64]
    rows = [
        f"{key},{gold},0.5" for key, gold in zip(keys, ("refuse", "", "", "answer"), strict=True)
    ]
    sheet.write_text("\n".join(["id,gold,probability", *rows]) + "\n", encoding="utf-8")
    assert read_labels(sheet).left_blank == {"b" * 64}
