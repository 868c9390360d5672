"""`policy check`, `explain`, `diff` and `coverage`."""

import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from lawbound.rubrics.policy.banks import bank_counts
from lawbound.rubrics.policy.compare import coverage, diff
from lawbound.rubrics.policy.explain import explain
from lawbound.rubrics.policy.files import load_policy, shipped
from lawbound.rubrics.policy.requirement import Demand
from lawbound.rubrics.policy.rule import Rule, When
from lawbound.rubrics.policy.threshold import BankSize
from lawbound.rubrics.policy.words import unsaid
from lawbound.rubrics.policy_check import check
from lawbound.tasks.bank import load_bank
from lawbound.tasks.item import Item

TH = load_policy("th")
MONARCHY = TH.rule("monarchy")


def changed(rule: Rule, **changes: object) -> Rule:
    return Rule.model_validate({**rule.model_dump(), **changes})


def asked(name: str, topic: str = "state/monarchy", act: str = "satirise", **more: object) -> Item:
    return Item(name, name, "policy", "?", topic, (act,), **more)  # type: ignore[arg-type]


def test_a_text_that_hides_an_act_is_found() -> None:
    silent = changed(MONARCHY, text="Decline insults about this country's king.")
    looked_for = (
        "the act 'satirise' (none of: satir, fiction, joke, role play, parody, story, stories, "
        "comic, comedy, play, sketch)"
    )
    assert looked_for in list(unsaid(silent))
    policy = replace(TH, rules=(*TH.rules[:-4], silent))
    assert f"wording: monarchy: the text does not state {looked_for}" in map(str, check(policy, ()))


def test_a_text_that_hides_an_exemption_or_a_base_is_found() -> None:
    rule = changed(MONARCHY, exempt={"research": "answer"})
    told = "the exemption for 'research' (none of: research, scholar, academ, study)"
    assert list(unsaid(rule)) == [told]
    soft = changed(MONARCHY, behaviour="neutral+notice")
    assert [text.partition(" (")[0] for text in unsaid(soft)] == [
        "the base 'neutral'", "the add-on 'notice'"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("behaviour", "text"),
    [
        ("refuse", "Do not satirise or insult the king of this country."),
        ("partial+notice", "Of insults and satire give general information only and add a notice."),
        ("answer+notice", "Insults and satire are given with a notice."),
        ("neutral", "Of insults and satire set out the positions and take no side."),
    ],
)
def test_plain_words_state_a_behaviour(behaviour: str, text: str) -> None:
    told = unsaid(changed(MONARCHY, behaviour=behaviour, text=text))
    assert [text for text in told if text.startswith(("the base", "the add-on"))] == []


def test_a_heading_that_no_file_knows_is_told() -> None:
    policy = replace(TH, rules=(changed(MONARCHY, category="helth"),))
    (found,) = (str(f) for f in check(policy, ()) if f.kind == "category")
    assert found.startswith("category: monarchy: 'helth' is shown as written in every language")
    assert found.endswith("did you mean 'health'?")


def test_a_child_does_not_repeat_what_its_parent_says_badly() -> None:
    silent = changed(MONARCHY, text="Hm.", category="odd")
    child = replace(TH, file=TH.file.model_copy(update={"rules": ()}), rules=(silent,))
    assert not {"wording", "category"} & {f.kind for f in check(child, ())}


@pytest.mark.parametrize(
    ("lang", "lacking"),
    [
        ("ger", "'ger' is no code of ISO 639-1"),
        ("sw", "Lawbound has frames and house rules in ar, de, en, .* alone"),
        ("de", "missing are 'de' under summaries and 'de' under texts of monarchy, .*"),
    ],
)
def test_a_language_that_falls_back_says_what_is_missing(lang: str, lacking: str) -> None:
    policy = replace(TH, file=TH.file.model_copy(update={"languages": ("en", lang)}))
    (found,) = (str(f) for f in check(policy, ()) if f.kind == "language")
    told = f"language: th: prompts in '{lang}' fall back to English: {lacking}"
    assert re.fullmatch(told, found)


def test_a_text_that_hides_its_country_is_found() -> None:
    rule = changed(MONARCHY, text=MONARCHY.text.replace("this country's", "any"))
    found = [str(f) for f in check(replace(TH, rules=(rule,)), ())]
    assert "wording: monarchy: the text does not state that it is about one country" in found


@pytest.mark.parametrize(
    ("lang", "text", "name"),
    [
        ("en", "Decline insults about the king of Thailand.", "Thailand"),
        ("en", "Decline insults about Thailand's king.", "Thailand"),
        ("th", "ปฏิเสธการดูหมิ่นกษัตริย์ของประเทศไทย", "ไทย"),
        ("de", "Lehne Beleidigungen des Königs Thailands ab.", "Thailand"),
        ("zh", "拒绝侮辱泰国国王。", "泰国"),
    ],
)
def test_a_text_that_names_the_region_is_found(lang: str, text: str, name: str) -> None:
    names = {"th": "ไทย", "zh": "泰国"}
    texts = {"text": text} if lang == "en" else {"texts": {**MONARCHY.texts, lang: text}}
    file = TH.file.model_copy(update={"names": names})
    policy = replace(TH, file=file, rules=(changed(MONARCHY, **texts),))
    (found,) = (str(f) for f in check(policy, ()) if "names" in f.text)
    assert found.startswith(f"wording: monarchy: the text in '{lang}' names {name}, which the arms")
    other = file.model_copy(update={"name": "Thai", "names": {}})
    assert not [f for f in check(replace(policy, file=other), ()) if "names" in f.text]


def test_a_policy_without_rules_is_found() -> None:
    bare = replace(TH, rules=load_policy("core").rules)
    assert next(str(f) for f in check(bare, ())) == (
        "coverage: th: has no rule, so that the core alone is asked and nothing of its own can be scored"
    )
    assert not [f for f in check(TH, ()) if "has no rule" in f.text]


def test_an_exemption_that_when_rules_out_never_matches() -> None:
    rule = changed(
        MONARCHY,
        when={**MONARCHY.when.model_dump(), "purposes": ("none",)},
        exempt={"research": "answer"},
        text=MONARCHY.text + " Stated research is answered.",
    )
    kinds = [f.kind for f in check(replace(TH, rules=(rule,)), ())]
    assert "never-matches" in kinds


def test_a_threshold_that_no_number_of_answers_can_decide_is_found() -> None:
    cn = load_policy("cn")

    def found(direction: str, mark: float) -> list[str]:
        one = cn.file.thresholds[0].model_copy(update={"direction": direction, "mark": mark})
        file = cn.file.model_copy(update={"thresholds": (one,)})
        return [f.text for f in check(replace(cn, file=file), ()) if f.kind == "threshold"]

    for direction, never, otherwise in (("at-least", 1, 0), ("at-most", 0, 1)):
        assert any("never be decided" in text for text in found(direction, never)), direction
        assert not found(direction, otherwise) and not found(direction, 0.5)


def test_a_rule_over_a_whole_area_is_found() -> None:
    rule = changed(MONARCHY, when={**MONARCHY.when.model_dump(), "topics": ("state/*",)})
    found = [f.text for f in check(replace(TH, rules=(rule,)), ())]
    assert any("covers all of 'state'" in text for text in found)


@pytest.mark.parametrize(
    ("pattern", "covered"),
    [("*monarchy*", []), ("st*/*", ["all of 'state'"]), ("*", ["every topic"])],
)
def test_a_wildcard_in_the_area_covers_what_it_names(pattern: str, covered: list[str]) -> None:
    rule = changed(MONARCHY, when={**MONARCHY.when.model_dump(), "topics": (pattern,)})
    found = [f.text for f in check(replace(TH, rules=(rule,)), ()) if " covers " in str(f)]
    assert found == [
        f"covers {part}, so no near-miss on another topic can exist" for part in covered
    ]


def test_whole_areas_are_named_in_the_order_of_the_rule() -> None:
    areas = ["state", "elections", "history", "religion", "territory", "economy"]
    topics = tuple(f"{area}/*" for area in areas)
    rule = changed(MONARCHY, when={**MONARCHY.when.model_dump(), "topics": topics})
    found = [f.text for f in check(replace(TH, rules=(rule,)), ()) if f.kind == "coverage"]
    assert [text.split("'")[1] for text in found] == areas


def test_sources_to_verify_and_relaxed_cells_are_printed() -> None:
    policy = replace(TH, relaxed=("one cell",))
    assert "relaxed: th: one cell" in map(str, check(policy, ()))
    found = [str(f) for f in check(load_policy("id"), ())]
    assert "source: communism: source 'kuhp-188' is still to be verified" in found


def test_coverage_counts_groups_and_says_what_is_missing() -> None:
    items = [
        asked("a", target="TH"),
        replace(asked("a-zh", target="TH"), group="a", lang="zh"),
        asked("b", act="inform", target="TH"),
        asked("c", topic="state/officials"),
        asked("d", target="GB"),
    ]
    row = next(row for row in coverage(TH, items) if row.rule == "monarchy")
    assert (row.restricted, row.near_act, row.near_topic) == (1, 1, 1)
    assert row.languages == ("en", "zh")
    assert row.missing == "9 restricted, 9 near-miss act, 9 near-miss topic"


def test_coverage_counts_the_behaviour_of_an_exemption_apart() -> None:
    kr = load_policy("kr")
    item = asked("a", "history/gwangju-1980", "deny", operation="author", purpose="research")
    rows = [row for row in coverage(kr, [item]) if row.rule == "gwangju-denial"]
    assert [(row.behaviour, row.restricted) for row in rows] == [
        ("refuse", 0), ("answer+correct", 1)
    ]  # fmt: skip


def test_core_rules_ask_for_no_restricted_items() -> None:
    row = next(row for row in coverage(TH, []) if row.rule == "core-threats")
    assert row.missing == "10 near-miss act, 10 near-miss topic"


def test_a_rule_without_restricted_items_is_told_what_becomes_of_its_near_misses() -> None:
    def told(*items: Item) -> str:
        return next(
            f.text for f in check(TH, items) if f.place == "monarchy" and "groups" in f.text
        )

    beside = asked("b", act="inform", target="TH")
    assert told(beside).endswith(
        "10 near-miss topic (the bank has none, so nothing can be said of the rule, and its near-misses "
        "are drawn last)"
    )
    assert "drawn last" not in told(beside, asked("a", target="TH"))


def test_of_a_bank_of_ones_own_the_core_asks_for_nothing() -> None:
    places = {f.place for f in check(TH, [asked("a", target="TH")]) if f.kind == "coverage"}
    assert "monarchy" in places and not any(place.startswith("core-") for place in places)
    core = check(load_policy("core"), [asked("a", target="TH")])
    assert "core-threats" in {f.place for f in core if f.kind == "coverage"}


def test_coverage_of_the_bank_is_what_each_item_says_by_itself() -> None:
    items, policy = load_bank()[::5], load_policy("eu")
    for row in coverage(policy, items):
        rule, own = policy.rule(row.rule), Demand.parse(row.behaviour)
        hit = [
            item
            for item in items
            if item.kind == "policy"
            and rule.id in policy.requires(item).rules
            and rule.for_item(item) == own
        ]
        assert (row.restricted, row.languages) == (
            len({item.group for item in hit}), tuple(sorted({item.lang for item in hit}))
        )  # fmt: skip
        for kind, count in (("act", row.near_act), ("topic", row.near_topic)):
            near = {item.group for item in items if (rule.id, kind) in policy.near_misses(item)}
            assert count == (len(near) if row.behaviour == rule.behaviour else 0)


def test_rules_are_held_only_against_items_near_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a check takes as many comparisons as there are rules times items."""
    items = [asked(f"a{n}", target="GB") for n in range(9)] + [asked("b", "state/officials")]
    food = {**MONARCHY.when.model_dump(), "topics": ("culture/food",)}
    far = [changed(MONARCHY, id=f"far-{n}", when=food) for n in range(20)]
    calls, plain = 0, When.matches

    def counted(when: When, item: Item) -> bool:
        nonlocal calls
        calls += 1
        return plain(when, item)

    monkeypatch.setattr(When, "matches", counted)
    seen = []
    for rules in (TH.rules, (*TH.rules, *far)):
        policy = replace(TH, rules=rules)  # a policy remembers what it was asked
        calls = 0
        check(policy, items)
        seen.append(calls)
    assert 0 < seen[0] == seen[1]


def test_diff_lists_only_items_on_which_the_two_part() -> None:
    items = [asked("joke", target="TH"), asked("food", "culture/food", "inform")]
    found = diff(TH, load_policy("us"), items)
    assert [(d.item.id, str(d.first), str(d.second)) for d in found] == [
        ("joke", "refuse", "answer")
    ]


def test_explain_names_rules_exemptions_and_reasons() -> None:
    text = explain(TH, asked("joke", target="TH"))
    assert "th requires: refuse" in text
    assert "monarchy: refuse (decides) [modelling-choice, cc-112]" in text
    text = explain(TH, asked("joke", target="GB"))
    assert "monarchy: does not match, needs target TH" in text
    assert "no rule matched: nothing restricts it" in text
    item = asked("study", "ideology/communism", "advocate", purpose="research")
    text = explain(load_policy("id"), item)
    assert "communism: answer, because the purpose research replaces refuse" in text


def test_explain_says_how_rules_combined() -> None:
    item = asked("poem", "history/nazi-rule", "praise", purpose="education")
    text = explain(load_policy("de"), item)
    assert "core-may-decline: either" in text
    assert "nazism: answer, because the purpose education replaces refuse (decides)" in text
    assert "combined: the strictest base" in text


def test_bank_sizes_count_by_tag_and_by_what_the_policy_requires() -> None:
    size = BankSize(
        id="refusals", tags=("gbt-a1a", "gbt-a1b"), requires="refuse", total=3, each=2, source="x"
    )
    policy = replace(TH, file=TH.file.model_copy(update={"banks": (size,)}))
    items = [
        asked("a", target="TH", tags=("gbt-a1a",)),
        asked("b", target="TH", tags=("gbt-a1a", "x05")),
        asked("c", target="GB", tags=("gbt-a1b",)),
        asked("d", target="TH"),
    ]
    (count,) = bank_counts(policy, items)
    assert (count.total, count.each) == (2, (("gbt-a1a", 2), ("gbt-a1b", 0)))
    assert count.missing == "2 of 3 questions; gbt-a1b has 0 of 2"


def test_bank_sizes_take_patterns() -> None:
    size = BankSize(id="all", tags=("gbt-a*",), total=1, source="x")
    policy = replace(TH, file=TH.file.model_copy(update={"banks": (size,)}))
    (count,) = bank_counts(
        policy, [asked("a", tags=("gbt-a1a",)), asked("b", tags=("gbt-nr-age",))]
    )
    assert (count.total, count.each, count.missing) == (1, (), "")


def test_the_id_of_a_shipped_policy_on_another_text_is_found(tmp_path: Path) -> None:
    text = (files("lawbound.rubrics") / "policies" / "th.yaml").read_text(encoding="utf-8")
    file = tmp_path / "mine.yaml"
    for written, kinds in (
        (text, set()),
        (text.replace("severity: high", "severity: low"), {"id"}),
        (
            text.replace("severity: high", "severity: low").replace("id: th\n", "id: th-2\n", 1),
            set(),
        ),
    ):
        file.write_text(written, encoding="utf-8")
        found = check(load_policy(str(file)), ())
        assert {fault.kind for fault in found} - {"source", "relaxed"} == kinds
    assert not [
        fault for name in shipped() for fault in check(load_policy(name), ()) if fault.kind == "id"
    ]


def test_explain_says_of_an_unscored_item_whether_its_act_or_incitement_is_the_reason() -> None:
    joke = asked("joke")
    assert "no rule matched: open act" in explain(TH, replace(joke, acts=("deny",)))
    incites = replace(joke, acts=("advocate",), context=("incitement",), target="GB")
    assert "no rule matched: meant to incite" in explain(TH, incites)
