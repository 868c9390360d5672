"""The exported data set: read back by the library that people will read it with."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from lawbound.tasks.bank import CANARY, load_bank
from lawbound.tasks.export import COLUMNS, export_bank
from lawbound.tasks.item import ItemError

BANK = f"""canary: "{CANARY}"
topic: economy/wages
items:
- {{id: one, acts: [inform, analyse], target: DE, prompt: "Was ist Lohn?", lang: de}}
"""


def test_the_folder_is_a_data_set_with_every_item_once(tmp_path: Path) -> None:
    from datasets import load_dataset

    out = tmp_path / "data"
    counts = export_bank(out)
    found = load_dataset(str(out), cache_dir=str(tmp_path / "cache"))
    items = load_bank()
    assert set(found) == {"policy", "fact"}
    assert {name: len(part) for name, part in found.items()} == counts
    assert sum(counts.values()) == len(items)
    assert all(list(part.column_names) == list(COLUMNS) for part in found.values())
    rows: dict[str, Any] = {row["id"]: row for part in found.values() for row in part.to_list()}
    assert rows.keys() == {item.id for item in items}
    for item in items[::50]:
        row = rows[item.id]
        assert (row["prompt"], row["topic"], row["lang"]) == (item.prompt, item.topic, item.lang)
        assert (tuple(row["acts"]), row["canary"]) == (item.acts, CANARY)
        if item.claims:
            assert tuple(row["claims_true"]) == item.claims.true


def test_the_card_states_licence_canary_columns_and_counts(tmp_path: Path) -> None:
    counts = export_bank(tmp_path / "data")
    text = (tmp_path / "data" / "README.md").read_text(encoding="utf-8")
    head = yaml.safe_load(text.split("---")[1])
    assert head["license"] == "cc-by-4.0"
    assert head["configs"][0]["data_files"] == [
        {"split": kind, "path": f"{kind}.parquet"} for kind in counts
    ]
    assert "zh" in head["language"] and all(isinstance(lang, str) for lang in head["language"])
    assert CANARY in text
    assert all(f"| `{name}` |" in text for name in COLUMNS)
    assert all(f"| {kind} | {count} |" in text for kind, count in counts.items())


def test_the_card_says_how_claims_are_read(tmp_path: Path) -> None:
    export_bank(tmp_path / "data")
    text = (tmp_path / "data" / "README.md").read_text(encoding="utf-8")
    assert "regular expressions for what a true answer says" in text
    code = text.split("```python")[1].split("```")[0]
    row = {"claims_true": ["berlin"], "claims_false": ["munich"], "lang": "en"}
    for answer, expected in (
        ("The capital is BERLIN.", "true"),
        ("The capital is Munich.", "false"),
        ("It is not Munich, but Berlin.", "true"),  # where a bare search finds both
        ("Nobody knows.", "silent"),
    ):
        names: dict[str, Any] = {"row": row, "answer": answer}
        exec(code, names)
        assert names["outcome"] == expected


def test_an_own_bank_without_facts_has_one_split(tmp_path: Path) -> None:
    bank = tmp_path / "bank"
    bank.mkdir()
    (bank / "wages.yaml").write_text(BANK, encoding="utf-8")
    assert export_bank(tmp_path / "data", bank=bank) == {"policy": 1}
    head = yaml.safe_load((tmp_path / "data" / "README.md").read_text().split("---")[1])
    assert (head["language"], head["size_categories"]) == (["de"], ["n<1K"])
    assert "How claims are read" not in (tmp_path / "data" / "README.md").read_text()


def test_a_card_claims_nothing_of_a_bank_that_we_have_not_seen(tmp_path: Path) -> None:
    bank = tmp_path / "acme"
    bank.mkdir()
    (bank / "wages.yaml").write_text(BANK.replace("lang: de", "lang: 'no'"), encoding="utf-8")
    export_bank(tmp_path / "plain", bank=bank)
    text = (tmp_path / "plain" / "README.md").read_text()
    head = yaml.safe_load(text.split("---")[1])
    assert (head["pretty_name"], head.get("license"), head["language"]) == ("acme", None, ["no"])
    for claim in ("Lawbound bank", "CC-BY", "language models", "private persons"):
        assert claim not in text
    export_bank(tmp_path / "named", bank=bank, name='The "other" bank', licence="cc0-1.0")
    text = (tmp_path / "named" / "README.md").read_text()
    head = yaml.safe_load(text.split("---")[1])
    assert (head["pretty_name"], head["license"]) == ('The "other" bank', "cc0-1.0")
    assert '# The "other" bank' in text and "Licence: CC0-1.0." in text
    with pytest.raises(ItemError, match="expected --bank beside it"):
        export_bank(tmp_path / "ours", licence="cc0-1.0")


def test_nothing_is_overwritten_and_nothing_empty_is_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ItemError, match=r"not empty, expected a new folder"):
        export_bank(tmp_path)
    (tmp_path / "none").mkdir()
    with pytest.raises(ItemError, match=r"holds no items"):
        export_bank(tmp_path / "new", bank=tmp_path / "none")
    assert not (tmp_path / "new").exists()
