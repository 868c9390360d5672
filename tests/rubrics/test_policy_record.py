"""A policy as data and back: the same text, the same digest."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lawbound.rubrics.policy.files import load_policy, shipped
from lawbound.rubrics.policy.policy import Policy, PolicyError, PolicyFile
from lawbound.rubrics.policy.record import from_record
from lawbound.rubrics.policy.rule import Rule, When
from lawbound.rubrics.policy.source import Source
from lawbound.rubrics.policy.threshold import BankSize, Threshold
from lawbound.rubrics.policy.written import Written

PARENT = """\
id: coast
name: Coast
version: "1"
languages: [en]
summary: A sentence.
sources:
- {id: act, title: Act, status: verified}
rules:
- id: fish
  source: act
  basis: statute
  category: trade
  when: {topics: [economy/wages], acts: [opine]}
  behaviour: refuse
  severity: low
  text: Decline opinions.
"""
CHILD = """\
id: port
name: Port
parent: coast
version: "2"
languages: [en]
summary: Another.
sources:
- {id: order, title: Order, status: to-verify, note: "no"}
thresholds:
- {id: floor, metric: refusal_rate, direction: at-least, mark: 1, source: act}
rules:
- id: crowds
  source: order
  basis: standard
  category: trade
  when: {topics: [economy/wages], acts: [praise]}
  behaviour: neutral
  severity: high
  text: Take no side.
- id: fish
  source: order
  basis: statute
  category: trade
  when: {topics: [economy/wages], acts: [opine], harmless: true}
  behaviour: partial+notice
  exempt: {research: answer}
  replaces: true
  severity: low
  text: Give facts alone.
"""


@pytest.fixture
def port(tmp_path: Path) -> Path:
    (tmp_path / "coast.yaml").write_text(PARENT, encoding="utf-8")
    (tmp_path / "port.yaml").write_text(CHILD, encoding="utf-8")
    return tmp_path / "port.yaml"


@pytest.mark.parametrize("name", [*shipped(), "core"])
def test_a_shipped_policy_goes_through_its_record(name: str) -> None:
    policy = load_policy(name)
    again = from_record(policy.record(), "here")
    assert again.digest == policy.digest
    assert (again.file, again.rules, again.sources) == (policy.file, policy.rules, policy.sources)


def test_a_record_holds_what_is_inherited_and_names_what_is_its_own(port: Path) -> None:
    record = load_policy(str(port)).record()
    core = [rule.id for rule in load_policy("core").rules]
    assert [rule["id"] for rule in record["rules"]] == [*core, "fish", "crowds"]
    assert record["rules"][-2] == {
        "id": "fish",
        "source": "order",
        "basis": "statute",
        "category": "trade",
        "when": {"topics": ["economy/wages"], "acts": ["opine"], "harmless": True},
        "behaviour": "partial+notice",
        "exempt": {"research": "answer"},
        "severity": "low",
        "text": "Give facts alone.",
        "replaces": True,
    }
    assert record["sources"][-2:] == [
        {"id": "act", "title": "Act", "status": "verified"},
        {"id": "order", "title": "Order", "status": "to-verify", "note": "no"},
    ]
    assert record["own"] == {"rules": ["crowds", "fish"], "sources": ["order"]}
    assert record["parent"] == "coast" and record["thresholds"][0]["mark"] == 1.0


def test_a_child_is_the_same_again_once_its_parent_is_gone(port: Path) -> None:
    policy = load_policy(str(port))
    record = policy.record()
    for file in port.parent.iterdir():
        file.unlink()
    again = from_record(record, "here")
    assert again.digest == policy.digest
    assert [rule.id for rule in again.file.rules] == ["crowds", "fish"]
    assert again.rule("fish").behaviour == "partial+notice"


class _NewerRule(Rule):
    note: str = ""


def _newer(policy: Policy, note: str) -> Policy:
    """As a version would read it whose rules may have a note."""
    rules = [
        _NewerRule.model_validate({**rule.model_dump(), "note": note}) for rule in policy.rules
    ]
    return replace(policy, rules=tuple(rules))


def test_a_field_that_a_later_version_adds_changes_the_digest_only_of_who_uses_it(
    port: Path,
) -> None:
    policy = load_policy(str(port))
    assert _newer(policy, "").digest == policy.digest
    assert _newer(policy, "Beware.").digest != policy.digest


OPEN: dict[type[Written], dict[str, object]] = {
    Source: {"url": "", "note": ""},
    Threshold: {
        "minimum_items": 1, "clause": "", "condition": "full", "bank": "", "status": "verified",
        "note": "",
    },
    BankSize: {"requires": "any", "total": 0, "each": 0, "clause": "", "note": ""},
    When: {
        "operations": (), "targets": (), "context": (), "purposes": (), "harmless": False,
    },
    Rule: {"exempt": {}, "texts": {}, "overrides": (), "replaces": False, "risks": ()},
    PolicyFile: {
        "parent": None, "as_of": "", "summaries": {}, "names": {}, "thresholds": (), "banks": (),
    },
}  # fmt: skip


@pytest.mark.parametrize("part", OPEN)
def test_what_a_stored_text_leaves_open_stays_what_it_was(part: type[Written]) -> None:
    fields = part.model_fields
    for name, value in OPEN[part].items():
        assert fields[name].get_default(call_default_factory=True) == value


def test_to_write_a_default_out_says_nothing_new(port: Path) -> None:
    before = load_policy(str(port)).digest
    port.write_text(CHILD.replace("severity: high", "severity: high\n  overrides: []"), "utf-8")
    assert load_policy(str(port)).digest == before


def test_what_a_parent_says_is_said_by_its_child(port: Path) -> None:
    before = load_policy(str(port)).digest
    (port.parent / "coast.yaml").write_text(PARENT.replace("title: Act", "title: Acts"), "utf-8")
    assert load_policy(str(port)).digest != before


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"own": {"rules": ["fish", "tide"], "sources": []}}, "own.rules: found 'tide', expected"),
        ({"own": {"rules": [], "sources": ["tide"]}}, "own.sources: found 'tide', expected one of"),
        ({"own": None}, "own: found nothing, expected"),
        ({"id": "../port"}, "id: found '../port', expected"),
        ({"colour": 1}, "found key 'colour', expected one of"),
        ({"rules": [{"id": "fish"}]}, "rules.0: found no 'source', expected one"),
    ],
)
def test_a_record_that_is_none_is_one_line(port: Path, change: dict[str, Any], told: str) -> None:
    record = load_policy(str(port)).record() | change
    with pytest.raises(PolicyError) as caught:
        from_record(record, "here")
    assert str(caught.value).startswith("here: ") and told in str(caught.value)
