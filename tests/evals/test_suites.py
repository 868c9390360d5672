"""Every shipped suite composes, its prefixes are balanced, and it asks what its file says."""

import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from lawbound.evals.suite.selection import disagreements, draw
from lawbound.evals.suite.suite import compose, load_suite, shipped_suites
from lawbound.evals.suite.suite_file import Selection, Suite, SuiteError
from lawbound.rubrics.policy.banks import bank_counts, bank_items
from lawbound.rubrics.policy.files import load_policy, shipped
from lawbound.runners.plan import Arm
from lawbound.tasks.bank import load_bank
from lawbound.tasks.item import Item

RISKS = [f"gbt-a1{c}" for c in "abcdefgh"] + [f"gbt-a2{c}" for c in "abcdefghi"]
OTHER_RISKS = [f"gbt-a3{c}" for c in "abcde"] + [f"gbt-a4{c}" for c in "abcdefg"]
OTHER_RISKS += ["gbt-a5a", "gbt-a5b"]
ASPECTS = ["system", "belief", "image", "culture", "customs", "ethnicity", "geography", "history"]
ASPECTS += ["heroes", "sex", "age", "occupation", "health"]


def asked(name: str, policy: str, limit: int | None = None) -> tuple[Arm, ...]:
    """The arms of a shipped suite under one policy."""
    return compose(load_suite(name), [load_policy(policy)], limit=limit)


def made(item_id: str, topic: str = "a/t", **changes: object) -> Item:
    """A policy item with nothing special about it."""
    item = Item(item_id, item_id, "policy", f"Say {item_id}.", topic, ("inform",))
    return replace(item, **changes)  # type: ignore[arg-type]


def test_the_suites_of_the_readme_are_shipped():
    assert set(shipped_suites()) == {
        "quick", "standard", "full", "contrast", "spillover", "multilingual", "cn-gbt45654"
    }  # fmt: skip


@pytest.mark.parametrize("name", shipped_suites())
def test_every_suite_composes_under_its_first_policies(name):
    _composes(name, most=4)


@pytest.mark.sim
@pytest.mark.parametrize("name", shipped_suites())
def test_every_suite_composes_under_each_of_its_policies(name):
    _composes(name, most=None)


def _composes(name: str, most: int | None) -> None:
    suite = load_suite(name)
    policies = [load_policy(policy) for policy in suite.policies[:most]]
    arms = compose(suite, policies, limit=8)  # with 6, no near-miss in French would be drawn
    assert {arm.policies[0] for arm in arms} == {policy.id for policy in policies}
    named = {strength for part in suite.select for strength in part.strengths}
    asked = {arm.condition.strength for arm in arms}
    assert {f"{s.partition(':')[0]}:*" if ":" in s else s for s in asked} == named


@pytest.mark.parametrize("name", shipped_suites())
def test_every_selection_adds_items_of_its_own(name):
    suite = load_suite(name)
    policies = [load_policy(policy) for policy in suite.policies[:2]]
    for part in suite.select:
        alone = suite.model_copy(update={"select": (part,)})
        assert compose(alone, policies, limit=2), part


def test_a_file_that_is_called_like_a_shipped_suite_does_not_stand_in_for_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "quick").write_text("hello: 1\n", encoding="utf-8")
    assert load_suite("quick").id == "quick"
    with pytest.raises(SuiteError, match="quick"):
        load_suite("./quick")


def test_the_same_seed_draws_the_same_items_and_another_seed_others():
    suite, policy = load_suite("cn-gbt45654"), load_policy("cn")
    first = compose(suite, [policy], limit=50)
    assert first == compose(suite, [policy], limit=50)
    assert first != compose(suite, [policy], limit=50, seed=1)


@pytest.mark.parametrize("policy", ["intl", "kr"])
def test_near_misses_of_rules_that_restrict_nothing_are_drawn_last(policy):
    """No J can take such a rule in, so that what is asked beside it tells nothing of the rule."""
    found, bank = load_policy(policy), load_bank()
    part = next(p for p in load_suite("standard").select if p.pick == "near-miss")

    def names(item: Item) -> set[str]:
        return {rule for rule, _ in found.near_misses(item)}

    held = {
        rule
        for i in bank
        if i.kind == "policy" and i.lang == "en"
        for rule in found.restricted_by(i)
    }
    drawn = draw(part, found, [found], bank, None, np.random.default_rng(0))
    tells = [bool(names(item) & held) for item in drawn]
    assert not all(tells), "all of a bank still holds them"
    assert tells == sorted(tells, reverse=True)


@pytest.mark.parametrize("policy", ["fr", "kr"])
def test_what_an_exemption_opens_takes_no_place_of_the_items_that_j_needs(policy):
    found = load_policy(policy)
    withholding = {rule.id for rule in found.rules if rule.withholding}
    (part,) = (p for p in load_suite("quick").select if p.pick == "restricted")
    drawn = draw(part, found, [found], load_bank(), None, np.random.default_rng(0))
    assert drawn
    for item in drawn:
        required = found.requires(item)
        assert required.base != "answer" or set(required.rules) - withholding, item.id


def test_a_shorter_limit_draws_a_prefix_of_a_longer_one():
    longer = [arm.item.id for arm in asked("spillover", "cn", 20) if arm.condition.id == "none"]
    shorter = [arm.item.id for arm in asked("spillover", "cn", 8) if arm.condition.id == "none"]
    assert longer[:8] == shorter[:8]


def test_a_limit_counts_items_of_the_bank_and_pairs_of_twins():
    items = {arm.item.id: arm.item for arm in asked("standard", "de", 3)}.values()
    for kind in ("reasoning", "creative"):
        twins = Counter(item.group for item in items if item.kind == kind)
        assert list(twins.values()) == [2, 2, 2]
    assert sum(item.kind == "fact" for item in items) == 3


@pytest.mark.parametrize(
    ("bank", "tags", "count"),
    [("should-refuse", RISKS, 340), ("should-not-refuse", ASPECTS, 338)],
)
def test_the_chinese_samples_are_even_over_risks_and_aspects(bank, tags, count):
    part = next(part for part in load_suite("cn-gbt45654").select if part.bank == bank)
    policy = load_policy("cn")
    drawn = draw(part, policy, [policy], load_bank(), count, np.random.default_rng(0))
    names = [tag if tag.startswith("gbt") else f"gbt-nr-{tag}" for tag in tags]
    each = Counter(tag for item in drawn for tag in item.tags if tag in names)
    assert len(drawn) == count
    assert min(each[name] for name in names) >= 20
    assert {item.lang for item in drawn} == {"zh"}
    wanted = "refuse" if bank == "should-refuse" else "answer"
    assert {policy.requires(item).base for item in drawn} == {wanted}


@pytest.mark.parametrize("rounds", [1, 3, 10])
def test_a_prefix_of_the_chinese_sample_reaches_every_risk_equally_often(rounds):
    part = next(part for part in load_suite("cn-gbt45654").select if part.bank == "should-refuse")
    policy = load_policy("cn")
    length = rounds * len(RISKS)
    drawn = draw(part, policy, [policy], load_bank(), length, np.random.default_rng(0))
    each = Counter(tag for item in drawn for tag in item.tags if tag in RISKS)
    assert min(each[risk] for risk in RISKS) >= rounds
    assert max(each.values()) <= 2 * rounds


def test_the_chinese_suite_asks_as_many_as_the_standard_samples():
    arms = [arm for arm in asked("cn-gbt45654", "cn") if arm.condition.strength == "full"]
    assert {arm.condition.lang for arm in arms} == {"zh"}
    policy = load_policy("cn")
    items = [arm.item for arm in arms]
    held = {size.id: len(bank_items(policy, size, items)) for size in policy.file.banks}
    assert held["generated"] >= 1000
    assert held["should-refuse"] >= 300
    assert held["should-not-refuse"] >= 300
    other = Counter(tag for item in items for tag in item.tags)
    assert min(other[risk] for risk in RISKS + OTHER_RISKS) >= 15


def test_the_bank_is_as_large_as_the_chinese_standard_asks():
    counts = {count.id: count for count in bank_counts(load_policy("cn"), load_bank())}
    assert [count.missing for count in counts.values()] == [""] * 5
    assert counts["generated"].total >= 2000
    assert [tag for tag, n in counts["generated-a1-a2"].each if n >= 50] == RISKS
    assert [tag for tag, n in counts["generated-other"].each if n >= 20] == OTHER_RISKS
    assert counts["should-refuse"].total >= 500
    assert [tag for tag, n in counts["should-refuse"].each if n >= 20] == RISKS
    assert counts["should-not-refuse"].total >= 500
    aspects = [f"gbt-nr-{aspect}" for aspect in ASPECTS]
    assert [tag for tag, n in counts["should-not-refuse"].each if n >= 20] == aspects


def test_the_chinese_sets_reach_their_sizes_in_chinese_alone():
    chinese = [item for item in load_bank() if item.lang == "zh"]
    counts = bank_counts(load_policy("cn"), chinese)
    assert [(count.id, count.missing) for count in counts if count.missing] == []


@pytest.mark.filterwarnings("ignore::lawbound.evals.suite.draw_warnings.DrawWarning")
def test_the_contrast_suite_holds_all_38_contrasts():
    arms = asked("contrast", "de", 38)
    contrasts = {tag for arm in arms for tag in arm.item.tags if tag.startswith("x")}
    assert {f"x{n:02d}" for n in range(1, 39)} <= contrasts


def test_of_each_contrast_but_two_controls_some_item_parts_two_regions():
    policies = [load_policy(name) for name in shipped()]
    parted, tags = set(), set()
    for item in load_bank():
        found = {tag for tag in item.tags if re.fullmatch(r"x\d\d", tag)}
        tags |= found
        if found and len({str(policy.requires(item)) for policy in policies}) > 1:
            parted |= found
    assert tags - parted == {"x21", "x38"}


def test_contrasting_policies_are_asked_the_same_items():
    suite = load_suite("contrast")
    arms = compose(suite, [load_policy("us"), load_policy("tr")], limit=30)
    under = {
        policy: {arm.item.id for arm in arms if arm.policies == (policy,)}
        for policy in ("us", "tr")
    }
    assert under["us"] == under["tr"]


def test_policies_disagree_where_both_score_and_require_different_things():
    policies = [load_policy("tr"), load_policy("us")]
    about = made("a", "history/armenians-1915", acts=("opine",), target="TR")
    bases = [policy.requires(about).base for policy in policies]
    differs = bases[0] != bases[1] and "either" not in bases
    assert bool(disagreements(policies, about)) == differs
    assert disagreements(policies, made("b", "everyday/shopping")) == ()
    joke = made("c", "state/monarchy", acts=("satirise",), target="TH")
    assert disagreements([load_policy("th"), load_policy("us")], joke) == ("th/us",)


def test_one_policy_cannot_differ_from_itself():
    suite = Suite(
        id="x", version="1", summary="",
        select=(Selection(kind="policy", pick="differ", strengths=("full",)),),
    )  # fmt: skip
    with pytest.raises(SuiteError, match="selects no item"):
        compose(suite, [load_policy("th")])


def test_spillover_is_a_rule_of_one_country_asked_of_another():
    policy = load_policy("th")
    joke = made("a", "state/monarchy", acts=("satirise",), target="TH")
    assert policy.spillover(joke) == ()
    assert policy.spillover(replace(joke, target="GB")) == ("monarchy",)
    assert policy.spillover(replace(joke, target=None)) == ()
    assert policy.spillover(replace(joke, target="GB", acts=("inform",))) == ()


@pytest.mark.filterwarnings("ignore::lawbound.evals.suite.draw_warnings.DrawWarning")
def test_spillover_items_must_be_answered():
    suite = load_suite("spillover")
    alone = suite.model_copy(update={"select": suite.select[:1]})
    for name in suite.policies:
        policy = load_policy(name)
        for arm in compose(alone, [policy]):
            assert policy.requires(arm.item).base == "answer"
            assert policy.spillover(arm.item)


UNREACHABLE = {
    ("cn", "security-image"), ("cn", "secession"), ("tr", "state-insult"), ("th", "revolt"),
    ("vn", "history-denial"), ("br", "anti-democratic"), ("br", "campaign-fakes"),
    ("sg", "candidate-fakes"),
}  # fmt: skip
"""Rules whose acts nobody must serve anywhere (insult, invention, calls to revolt), or whose topics
name the country."""


@pytest.mark.parametrize("name", ["cn", "ru", "tr", "in", "kr", "th", "vn", "sa", "ae", "id", "br"])
def test_every_rule_on_a_country_has_the_same_request_about_another(name):
    policy = load_policy(name)
    english = [item for item in load_bank() if item.kind == "policy" and item.lang == "en"]
    found = {rule for item in english for rule in policy.spillover(item)}
    named = {
        rule.id for rule in policy.rules if set(rule.when.targets) - {"none"} and rule.withholding
    }
    assert found == named - {rule for region, rule in UNREACHABLE if region == name}


def test_translations_are_drawn_as_whole_groups():
    suite = load_suite("multilingual")
    alone = suite.model_copy(update={"select": suite.select[:1]})
    arms = compose(alone, [load_policy("cn")], limit=10)
    languages: dict[str, set[str]] = {}
    for arm in arms:
        languages.setdefault(arm.item.group, set()).add(arm.item.lang)
    assert len(languages) == 10
    assert all(len(spoken) > 1 for spoken in languages.values())


@pytest.mark.parametrize("name", ["cn", "de", "in", "us"])
def test_every_item_is_asked_in_exactly_one_prompt_language(name):
    suite = load_suite("multilingual")
    part = suite.select[-1].model_copy(update={"strengths": ("full",)})
    english = suite.model_copy(update={"select": (part,)})
    own_words = part.model_copy(update={"prompt_language": "item"})
    policy = load_policy(name)
    arms = compose(suite.model_copy(update={"select": (own_words,)}), [policy], limit=20)
    assert Counter(arm.item.id for arm in arms).most_common(1)[0][1] == 1
    everything = {arm.item.id for arm in compose(english, [policy], limit=20)}
    assert {arm.item.id for arm in arms} == everything
    own = {arm.condition.lang for arm in arms if arm.item.lang in policy.file.languages}
    assert own <= set(policy.file.languages)
    assert {arm.condition.lang for arm in arms if arm.item.lang not in policy.file.languages} <= {
        "en"
    }


def test_a_suite_that_selects_nothing_says_so():
    suite = Suite(
        id="odd", version="1", summary="",
        select=(Selection(kind="policy", bank="should-refuse", strengths=("full",)),),
    )  # fmt: skip
    with pytest.raises(SuiteError, match="suite 'odd' selects no item under"):
        compose(suite, [load_policy("us")])


def _select(*strengths: str) -> Suite:
    part = Selection(kind="policy", pick="restricted", count=12, strengths=strengths)
    return Suite(id="s", version="1", summary="s", select=(part,))


def test_every_clause_is_left_out_once_and_only_what_it_decides_is_asked():
    policy = load_policy("de")
    arms = compose(_select("full", "full-without:*"), [policy])
    without = [arm for arm in arms if arm.condition.strength != "full"]
    asked = {arm.condition.strength.partition(":")[2] for arm in without}
    decided = {
        rule
        for arm in arms
        if arm.condition.strength == "full"
        for rule in policy.requires(arm.item).rules
    }
    assert asked == decided != set()
    for arm in without:
        rule = arm.condition.strength.partition(":")[2]
        assert rule in policy.requires(arm.item).rules
        assert policy.rule(rule).text not in arm.condition.wordings[0]


def test_names_are_swapped_in_pairs_and_the_odd_one_out_takes_its_neighbours():
    policies = [load_policy(name) for name in ("us", "de", "in")]
    arms = compose(_select("wrong-region:*"), policies)
    found = {arm.policies[0]: arm.condition.strength for arm in arms}
    assert found == {"us": "wrong-region:de", "de": "wrong-region:us", "in": "wrong-region:de"}
    assert "Germany" in next(a for a in arms if a.policies == ("us",)).condition.wordings[0]


@pytest.mark.parametrize(
    ("languages", "summaries", "asked_in"),
    [
        (("en", "ko"), {"ko": "요약"}, "ko"),
        (("en", "ko"), {}, "en"),  # listed, but no prompt can be written in it
        (("en",), {}, "en"),
        (("ko",), {}, "en"),
    ],
)
def test_an_item_is_asked_in_english_where_its_language_has_no_prompt(
    languages, summaries, asked_in
):
    kr = load_policy("kr")
    file = kr.file.model_copy(update={"languages": languages, "summaries": summaries})
    part = Selection(
        kind="policy", pick="restricted", count=2, strengths=("none", "full"), languages=("ko",),
        prompt_language="item",
    )  # fmt: skip
    suite = Suite(id="s", version="1", summary="s", policies=("kr",), select=(part,))
    arms = compose(suite, [replace(kr, file=file)])
    assert Counter(arm.condition.strength for arm in arms) == {"none": 2, "full": 2}
    assert {arm.condition.lang for arm in arms if arm.condition.strength == "full"} == {asked_in}
