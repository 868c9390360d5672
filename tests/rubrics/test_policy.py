"""Resolution: strictest base, union of add-ons, exemptions, overrides, harmless instances, near-misses."""

from dataclasses import replace

import pytest

from lawbound.rubrics.policy.files import load_policy
from lawbound.rubrics.policy.policy import Policy
from lawbound.rubrics.policy.requirement import Demand
from lawbound.rubrics.policy.rule import Rule, When
from lawbound.rubrics.verdict import Reading
from lawbound.tasks.bank import load_bank
from lawbound.tasks.item import Item


def rule(rule_id: str, behaviour: str, **when: object) -> Rule:
    overrides = when.pop("overrides", ())
    exempt = when.pop("exempt", {})
    return Rule.model_validate(
        {
            "id": rule_id, "source": "s", "basis": "statute", "category": "c",
            "when": {"topics": ["state/monarchy"], "acts": ["opine"], **when},
            "behaviour": behaviour, "severity": "low", "text": "t",
            "overrides": overrides, "exempt": exempt,
        }
    )  # fmt: skip


def policy(*rules: Rule) -> Policy:
    return Policy("p", "P", "1", load_policy("core").file, rules, ())


def item(topic: str = "state/monarchy", *acts: str, **more: object) -> Item:
    return Item("i", "g", "policy", "?", topic, acts or ("opine",), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", When.model_fields)
def test_whatever_keeps_a_rule_from_matching_is_named(name: str) -> None:
    other = {
        "topics": ["history/holocaust"], "acts": ["deny"], "operations": ["compare"], "targets": ["TH"],
        "context": ["incitement"], "purposes": ["research"], "harmless": False,
    }  # fmt: skip
    asked = item(harmless=name == "harmless")
    when = rule("r", "refuse", **{name: other[name]}).when
    assert not when.matches(asked) and when.misfits(asked) == [name]
    fits = rule("r", "refuse", harmless=True).when
    assert fits.matches(asked) and not fits.misfits(asked)


def test_what_is_demanded_and_what_was_read_are_written_alike() -> None:
    assert str(Demand.parse("neutral+notice+correct")) == "neutral+correct+notice"
    assert str(Reading("neutral", frozenset({"notice", "correct"}))) == "neutral+correct+notice"


def test_the_strictest_base_wins_and_add_ons_unite() -> None:
    held = policy(rule("a", "answer+notice"), rule("b", "neutral+correct"), rule("c", "answer"))
    assert str(held.requires(item())) == "neutral+correct+notice"
    assert held.requires(item()).rules == ("a", "b")


def test_refusing_drops_add_ons() -> None:
    held = policy(rule("a", "answer+notice"), rule("b", "refuse"))
    assert str(held.requires(item())) == "refuse"


def test_an_exemption_replaces_only_its_own_rule() -> None:
    held = policy(rule("a", "refuse", exempt={"research": "answer"}), rule("b", "neutral"))
    requirement = held.requires(item(purpose="research"))
    assert (requirement.base, requirement.rules) == ("neutral", ("b",))


def test_only_an_override_relaxes_another_rule() -> None:
    held = policy(rule("a", "refuse"), rule("b", "answer", overrides=["a"]))
    assert held.requires(item()).base == "answer"


def test_an_override_that_does_not_match_relaxes_nothing() -> None:
    held = policy(rule("a", "refuse"), rule("b", "answer", overrides=["a"], targets=["TH"]))
    assert held.requires(item()).base == "refuse"


@pytest.mark.parametrize(
    ("acts", "harmless", "base"),
    [
        (("inform",), False, "answer"),
        (("deny",), False, "either"),
        (("insult",), True, "answer"),
        (("inform", "instruct"), False, "either"),
    ],
)
def test_without_a_rule_open_acts_are_unscored_unless_harmless(
    acts: tuple[str, ...], harmless: bool, base: str
) -> None:
    assert policy().requires(item("culture/food", *acts, harmless=harmless)).base == base


def test_a_rule_leaves_out_harmless_items_unless_it_says_otherwise() -> None:
    held = policy(rule("a", "refuse"))
    assert held.requires(item(harmless=True)).base == "answer"
    held = policy(rule("a", "refuse", harmless=True))
    assert held.requires(item(harmless=True)).base == "refuse"


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        (item("state/monarchy", "inform"), "act"),
        (item("state/monarchy", "opine", purpose="research"), "act"),
        (item("state/monarchy", "opine", harmless=True), "act"),
        (item("state/officials", "opine"), "topic"),
        (item("state/officials", "inform"), None),
        (item("culture/food", "opine"), None),
        (item("state/monarchy", "opine"), None),
    ],
)
def test_near_misses_are_of_two_kinds(asked: Item, kind: str | None) -> None:
    a = rule("a", "refuse", exempt={"research": "answer"})
    assert policy(a).near_misses(asked) == ((("a", kind),) if kind else ())


@pytest.mark.parametrize(
    ("purpose", "rules"),
    [
        ("none", ("a",)),  # refused; what the duties add is dropped
        ("research", ("d",)),  # opened by an exemption that asks for an add-on
        ("education", ("a", "d")),  # opened no further than to a neutral answer
    ],
)
def test_what_an_exemption_opens_is_no_restricted_item_of_its_rule_but_of_duties(
    purpose: str, rules: tuple[str, ...]
) -> None:
    exempt = {"research": "answer+correct", "education": "neutral"}
    held = policy(rule("a", "refuse", exempt=exempt), rule("d", "answer+notice"))
    assert held.restricted_by(item(purpose=purpose)) == rules
    assert replace(held, rules=held.rules[:1]).restricted_by(item(purpose="research")) == ()
    assert held.restricted_by(item("culture/food", "inform")) == ()


@pytest.mark.parametrize(("other", "base"), [("neutral", "neutral"), ("partial", "partial")])
def test_what_an_exemption_opens_stays_none_of_its_rule_where_another_rule_is_stricter(
    other: str, base: str
) -> None:
    exempt = {"research": "answer+notice"}
    held = policy(rule("a", "refuse", exempt=exempt), rule("b", other))
    requirement = held.requires(item(purpose="research"))
    assert (requirement.base, requirement.rules) == (base, ("a", "b"))
    assert held.restricted_by(item(purpose="research")) == ("b",)
    assert held.restricted_by(item()) == ("a",)


def test_items_of_other_kinds_are_restricted_by_no_rule() -> None:
    asked = replace(item(), kind="fact")
    assert policy(rule("a", "refuse")).restricted_by(asked) == ()


def test_a_rule_whose_pattern_leaves_the_area_open_has_near_misses_too() -> None:
    held = policy(rule("a", "refuse", topics=["*/monarchy"]))
    assert held.near_misses(item("state/monarchy", "inform")) == (("a", "act"),)


@pytest.mark.parametrize("pattern", ["*monarchy*", "*/monarchy", "st?te/monarchy", "[s]tate/mon*"])
def test_a_wildcard_in_the_area_takes_no_near_miss_on_another_topic(pattern: str) -> None:
    when = rule("a", "refuse", topics=[pattern]).when
    assert (when.areas, when.named_topics) == (("state",), ("state/monarchy",))
    held = policy(rule("a", "refuse", topics=[pattern]))
    assert held.near_misses(item("state/officials")) == (("a", "topic"),)


def test_the_same_case_abroad_is_spillover_and_no_near_miss() -> None:
    a = rule("a", "refuse", targets=["TH"])
    held = policy(a)
    assert held.near_misses(item(target="GB")) == ()
    assert held.near_misses(item("state/monarchy", "inform", target="TH")) == (("a", "act"),)


def test_spillover_is_what_a_rule_would_have_withheld_of_a_country_that_it_names() -> None:
    own = rule("a", "refuse", targets=["none", "TH"], exempt={"research": "answer"})
    held = policy(own, rule("b", "neutral", targets=["TH"]), rule("c", "refuse", acts=["insult"]))
    assert held.spillover(item(target="GB")) == ("a",)
    for here in (item(target="TH"), item(), item("state/officials", target="GB")):
        assert held.spillover(here) == ()
    for asked in ({"purpose": "research"}, {"kind": "fact"}):
        assert held.spillover(replace(item(target="GB"), **asked)) == ()
    # Withheld of everybody, so nothing is left elsewhere.
    assert policy(own, rule("d", "partial")).spillover(item(target="GB")) == ()
    assert policy(rule("d", "refuse", purposes=["research"])).spillover(item(target="GB")) == ()


def test_rules_of_a_case_are_those_that_withhold_its_topic_and_act_in_any_way() -> None:
    held = policy(
        rule("a", "refuse", targets=["TH"], operations=["compare"], context=["incitement"]),
        rule("b", "answer", exempt={"research": "partial"}),
        rule("c", "neutral"),
        rule("d", "refuse", acts=["inform"]),
    )
    assert held.case_rules(item(target="GB")) == ("a", "b")
    assert held.case_rules(item("state/monarchy", "deny", "inform")) == ("d",)
    assert held.case_rules(item("state/officials")) == ()
    assert held.case_rules(replace(item(), kind="fact")) == ()


def test_what_names_no_country_stands_beside_no_rule_about_one_by_its_act() -> None:
    held = policy(rule("a", "refuse", targets=["TH"]), rule("b", "refuse", targets=["TH", "none"]))
    assert held.near_misses(item("state/monarchy", "inform")) == (("b", "act"),)
    assert held.near_misses(item("state/officials", "opine")) == (("a", "topic"), ("b", "topic"))


def test_a_false_premise_that_no_rule_speaks_of_is_no_near_miss() -> None:
    a = rule("a", "refuse")
    asked = item("state/monarchy", "inform", operation="presuppose")
    assert policy(a).near_misses(asked) == ()


def test_a_rule_that_restricts_nothing_has_no_near_misses() -> None:
    a = rule("a", "either")
    assert policy(a).near_misses(item("state/monarchy", "inform")) == ()


@pytest.mark.parametrize("text", ["refuse+notice", "answer+warn", "decline", "either+correct", ""])
def test_a_malformed_behaviour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        Demand.parse(text)


def test_what_a_policy_says_depends_on_nothing_but_the_labels() -> None:
    """Else what it remembers of one item would be said of another."""
    shipped = load_policy("de")
    for one in load_bank()[::7]:
        bare = Item(
            "i", "g", one.kind, "?", one.topic, one.acts, one.operation, target=one.target,
            purpose=one.purpose, context=one.context, harmless=one.harmless,
        )  # fmt: skip
        assert bare.labels == one.labels
        assert replace(shipped).requires(bare) == shipped.requires(one)
        assert replace(shipped).near_misses(bare) == shipped.near_misses(one)
        assert replace(shipped).restricted_by(bare) == shipped.restricted_by(one)
