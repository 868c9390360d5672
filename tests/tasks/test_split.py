"""The private part: enough of every topic, the same for the same seed, nothing torn or lost."""

import json
import math
from collections import defaultdict
from pathlib import Path

import pytest

from lawbound.tasks.bank import CANARY, PRIVATE, load_bank, load_banks
from lawbound.tasks.io.yaml_files import plain_yaml
from lawbound.tasks.item import Item, ItemError
from lawbound.tasks.split import private_groups, split_bank

BANK = f"""canary: "{CANARY}"
topic: economy/wages
items:
- {{id: one, acts: [inform], prompt: "What is a wage?", translations: {{de: "Was ist Lohn?"}}}}
- {{id: two, group: one, acts: [inform], prompt: "Tell me what a wage is."}}
- {{id: three, acts: [analyse], prompt: "Why do wages rise?"}}
facts:
- {{id: four, prompt: "Is it yes: true?", "true": ["\\\\byes\\\\b"], "false": ["\\\\bno\\\\b"]}}
"""


def test_groups_drawn_are_three_in_ten_of_each_topic_rounded_up() -> None:
    topics = {"a": [f"a{n}" for n in range(10)], "b": [f"b{n}" for n in range(7)], "c": ["c0"]}
    drawn = private_groups(topics, "secret")
    assert [sum(g.startswith(t) for g in drawn) for t in topics] == [3, 3, 1]
    assert private_groups(topics, "secret") == drawn
    others = {private_groups(topics, f"seed {n}") for n in range(20)}
    assert len(others) > 15


def test_a_new_group_moves_few_others() -> None:
    before = private_groups({"a": [f"a{n}" for n in range(100)]}, "s")
    after = private_groups({"a": [f"a{n}" for n in range(101)]}, "s")
    assert len(before ^ after) <= 2


def test_a_group_of_two_topics_is_not_torn() -> None:
    topics = {"a": ["both", "a1"], "b": ["both", "b1"]}
    drawn = private_groups(topics, "s")
    assert len(drawn & {"both", "a1"}) == 1
    assert "b1" in drawn


@pytest.mark.sim
def test_the_shipped_bank_splits_without_loss_and_without_torn_groups(tmp_path: Path) -> None:
    counts = split_bank(tmp_path / "out", "secret")
    public, private = (
        load_bank(tmp_path / "out" / "public"),
        load_bank(tmp_path / "out" / "private"),
    )
    by_id = {item.id: item for item in (*public, *private)}
    assert len(by_id) == len(public) + len(private)
    assert by_id == {item.id: item for item in load_bank()}
    assert not {item.group for item in public} & {item.group for item in private}
    assert len({item.group for item in private}) == counts.private_groups
    shares = _shares(public, private)
    assert all(private >= math.ceil(0.3 * whole) for private, whole in shares.values())
    total = counts.private_groups / (counts.private_groups + counts.public_groups)
    assert 0.3 <= total < 0.4


def _shares(public: tuple[Item, ...], private: tuple[Item, ...]) -> dict[str, tuple[int, int]]:
    groups: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for items, kinds in ((private, (0, 1)), (public, (1,))):
        for item in items:
            for kind in kinds:
                groups[item.topic][kind].add(item.group)
    return {topic: (len(kept), len(whole)) for topic, (kept, whole) in groups.items()}


def test_a_small_bank_keeps_canary_translations_and_patterns(tmp_path: Path) -> None:
    bank = tmp_path / "bank"
    bank.mkdir()
    (bank / "wages.yaml").write_text(BANK, encoding="utf-8")
    split_bank(tmp_path / "out", "s", bank=bank)
    parts = [tmp_path / "out" / name for name in ("public", "private")]
    written = [file for part in parts for file in part.glob("*.yaml")]
    assert len(written) == 2
    assert all(CANARY in file.read_text(encoding="utf-8") for file in written)
    found = {item.id: item for part in parts for item in load_bank(part)}
    assert found == {item.id: item for item in load_bank(bank)}
    homes = {item.id: part.name for part in parts for item in load_bank(part)}
    assert homes["one"] == homes["one.de"] == homes["two"]


@pytest.mark.parametrize("mark", ["\x85", "\u2028", "\u2029", "\u00a0", "\n\n", "\t"])
def test_a_prompt_keeps_every_sign(tmp_path: Path, mark: str) -> None:
    bank = tmp_path / "bank"
    bank.mkdir()
    entries = [{"id": "one", "prompt": f"one{mark}two three", "acts": ["inform"]}]
    content = {"canary": CANARY, "topic": "economy/wages", "items": entries}
    (bank / "wages.yaml").write_bytes(plain_yaml(content))
    split_bank(tmp_path / "out", "s", bank=bank)
    assert load_bank(tmp_path / "out" / "private") == load_bank(bank)


def test_the_seed_stands_only_in_the_private_part(tmp_path: Path) -> None:
    bank = tmp_path / "bank"
    bank.mkdir()
    (bank / "wages.yaml").write_text(BANK, encoding="utf-8")
    split_bank(tmp_path / "out", "very-secret-seed", bank=bank)
    told = [
        f
        for f in (tmp_path / "out").rglob("*")
        if f.is_file() and "very-secret-seed" in f.read_text()
    ]
    assert [f.relative_to(tmp_path / "out").as_posix() for f in told] == ["private/split.json"]
    assert json.loads(told[0].read_text())["private_share"] == 0.3


def test_a_split_is_never_written_over_another(tmp_path: Path) -> None:
    (tmp_path / "public").mkdir()
    with pytest.raises(ItemError, match=r"public: exists already, expected"):
        split_bank(tmp_path, "s")
    with pytest.raises(ItemError, match=r"empty text, expected a secret"):
        split_bank(tmp_path / "new", " ")
    with pytest.raises(ItemError, match=r"is no folder, expected a bank"):
        split_bank(tmp_path / "new", "s", bank=tmp_path / "absent")


def test_both_parts_load_as_one_bank_and_the_private_one_is_marked(tmp_path: Path) -> None:
    bank = tmp_path / "bank"
    bank.mkdir()
    (bank / "economy-wages.yaml").write_text(BANK, encoding="utf-8")
    split_bank(tmp_path / "out", "secret", bank=bank)
    items = load_banks([tmp_path / "out" / "public", tmp_path / "out" / "private"])
    assert {item.id for item in items} == {item.id for item in load_bank(bank)}
    private = {item.group for item in items if PRIVATE in item.tags}
    assert private == private_groups({"economy/wages": ["one", "three", "four"]}, "secret")


def test_a_folder_without_a_bank_is_named(tmp_path: Path) -> None:
    with pytest.raises(ItemError, match="holds no items, expected a bank"):
        load_banks([tmp_path])
    with pytest.raises(ItemError, match=r"gone: is no folder, expected a bank"):
        load_banks([tmp_path / "gone"])
