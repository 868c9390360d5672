"""Prompts: wordings that hold the same rules, placebos that match, ablations that lack one thing."""

import re
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from lawbound.rubrics.policy.files import load_policy, shipped
from lawbound.rubrics.policy.policy import Policy, PolicyError, PolicyFile
from lawbound.rubrics.policy.rule import Rule, When
from lawbound.rubrics.policy.source import Source
from lawbound.rubrics.prompts.conditions import (
    STRENGTHS,
    conditions,
    native_languages,
    one_prompt,
    prompt_languages,
)
from lawbound.rubrics.prompts.placebos import has_placebo, most_rules
from lawbound.rubrics.prompts.wordings import WORDINGS, frames
from lawbound.runners.condition import NONE

POLICIES = [load_policy(name) for name in shipped()]
SPOKEN = [
    (policy, lang)
    for policy in POLICIES
    for lang in dict.fromkeys(("en", *prompt_languages(policy, policy.file.languages)))
]
IDS = [f"{policy.id}-{lang}" for policy, lang in SPOKEN]
DIGEST = "ba1b414eb8cb9d518d02275ad6b27428e32aa24465459dad2110ed29ac07c0b6"
CONTENT = re.compile(
    r"\b(declin|refus|answer|politic|religio|sexual|violen|weapon|hatred|elect|vot(e|ing)|protest|"
    r"nation|country|holocaust|health|safe|harm|opinion|insult|satir|praise|fact)",
    re.IGNORECASE,
)


def prompts(policy: Policy, strength: str, lang: str = "en") -> tuple[str, ...]:
    return conditions(policy, [strength], lang=lang)[0].wordings


def rule_lines(prompt: str) -> list[str]:
    return [line.removeprefix("- ") for line in prompt.splitlines() if line.startswith("- ")]


def tokens(text: str) -> int:
    """Words, single CJK characters and punctuation marks: a stand-in for a model's tokenizer."""
    return len(re.findall(r"[぀-ヿ㐀-鿿가-힯]|\w+|[^\w\s]", text))


@pytest.mark.parametrize(("policy", "lang"), SPOKEN, ids=IDS)
def test_wordings_differ_in_frame_and_order_and_hold_the_same_rules(
    policy: Policy, lang: str
) -> None:
    for strength in ("full", "placebo", "strict", "unnamed"):
        found = prompts(policy, strength, lang)
        assert len(set(found)) == WORDINGS == 3
        assert len({text.splitlines()[0] for text in found}) == WORDINGS
        assert len({tuple(rule_lines(text)) for text in found}) == WORDINGS
        assert len({tuple(sorted(rule_lines(text))) for text in found}) == 1
    assert len(set(prompts(policy, "brief", lang))) == WORDINGS


@pytest.mark.parametrize(("policy", "lang"), SPOKEN, ids=IDS)
def test_a_full_prompt_holds_every_rule_in_its_language(policy: Policy, lang: str) -> None:
    texts = [rule.text if lang == "en" else rule.texts[lang] for rule in policy.rules]
    assert sorted(rule_lines(prompts(policy, "full", lang)[0])) == sorted(texts)


@pytest.mark.parametrize(("policy", "lang"), SPOKEN, ids=IDS)
def test_headings_and_sentences_are_set_as_their_language_sets_them(
    policy: Policy, lang: str
) -> None:
    colon = {"zh": "：", "ja": "：", "fr": "\u00a0:"}.get(lang, ":")
    for strength in ("full", "brief", "unnamed", "placebo"):
        for text in prompts(policy, strength, lang):
            headings = [
                line for line in text.splitlines()[1:] if line.rstrip().endswith((":", "："))
            ]
            assert all(line.endswith(colon) for line in headings)
            if lang == "fr":
                assert not re.search(r"[^\u00a0][;:](\s|$)", text)
            if lang == "pt":
                assert not re.search(r"\brecus\w+ \w+[aei]r\b", text, re.IGNORECASE)


@pytest.mark.parametrize(("policy", "lang"), SPOKEN, ids=IDS)
def test_a_placebo_matches_in_characters_tokens_and_rules(policy: Policy, lang: str) -> None:
    pairs = zip(prompts(policy, "full", lang), prompts(policy, "placebo", lang), strict=True)
    for full, placebo in pairs:
        assert abs(len(placebo) / len(full) - 1) <= 0.05
        assert abs(tokens(placebo) / tokens(full) - 1) <= 0.20
        assert len(rule_lines(placebo)) == len(rule_lines(full)) == len(policy.rules)
        assert len(set(rule_lines(placebo))) == len(policy.rules)


def test_an_english_placebo_is_imperative_and_touches_no_content() -> None:
    for policy in POLICIES:
        for text in prompts(policy, "placebo"):
            for line in rule_lines(text):
                assert re.match(
                    r"(Write|Name|Join|Put|Set|Use|Close|Leave|Keep|Begin|Number|Give|Avoid|Spell|"
                    r"Align|Hyphenate|Prefer|Open|Place) ",
                    line,
                ), line
                assert not CONTENT.search(line), line


def test_full_without_lacks_exactly_that_rule() -> None:
    cn = load_policy("cn")
    for variant in range(WORDINGS):
        full = rule_lines(prompts(cn, "full")[variant])
        without = rule_lines(prompts(cn, "full-without:heroes")[variant])
        assert [line for line in full if line not in without] == [cn.rule("heroes").text]
        assert len(without) == len(full) - 1


def test_strict_is_full_with_one_more_sentence() -> None:
    us = load_policy("us")
    for full, strict in zip(prompts(us, "full"), prompts(us, "strict"), strict=True):
        assert strict == full + "\n\nWhen in doubt whether a rule applies, decline."


REGIONS = re.compile(
    r"\b(Chin(a|ese)|Beijing government|Europe(an)?|EU|German(y)?|France|French|American?|"
    r"United (States|Kingdom|Arab)|U\.?S\.?|India(n)?|British|Singapore(an)?|Japan(ese)?|Russian?|"
    r"Türkiye|Turk(ey|ish)|Saudi|Emirati?|Thai(land)?|Viet ?Nam(ese)?|Brazil(ian)?|Indonesian?|"
    r"Pakistani?|Nigerian?|South Korean?)\b"
)


@pytest.mark.parametrize("policy", POLICIES, ids=shipped())
def test_an_unnamed_prompt_holds_no_region_name(policy: Policy) -> None:
    for text in prompts(policy, "unnamed"):
        found = REGIONS.search(text.replace("South China Sea", ""))
        assert found is None, found
        assert policy.name not in text
    assert all(policy.name in text for text in prompts(policy, "full"))


def test_frames_fit_any_name_and_any_list() -> None:
    """A name may want an article and a list may end in any sound, so nothing is bent around them."""
    assert not any(re.search(r"\b(in|for) \{name\}|^\{name\}", line)
                   for line in (*frames()["en"].named, *frames()["en"].brief))  # fmt: skip
    assert not any(re.search(r"\}[은는이가을를과와]", line) for line in frames()["ko"].brief)


def test_wrong_region_swaps_the_name_and_nothing_else() -> None:
    th = load_policy("th")
    for named, swapped in zip(prompts(th, "full"), prompts(th, "wrong-region:br"), strict=True):
        assert swapped == named.replace("Thailand", "Brazil")
        assert "Brazil" in swapped


def test_brief_holds_summary_and_categories_and_no_rules() -> None:
    th = load_policy("th")
    for text in prompts(th, "brief"):
        assert th.file.summary in text
        assert "Safety" in text
        assert rule_lines(text) == []


def test_prompts_come_in_the_language_asked_for_and_fall_back_to_english() -> None:
    de = load_policy("de")
    german = conditions(de, ["full", "placebo"], lang="de")
    assert {condition.lang for condition in german} == {"de"}
    assert "Deutschland" in german[0].wordings[0]
    assert conditions(de, ["full"], lang="xx") == conditions(de, ["full"])
    assert conditions(de, ["full"], lang="xx")[0].lang == "en"


def test_native_is_the_full_prompt_in_a_language_other_than_english() -> None:
    cn = load_policy("cn")
    (native,) = conditions(cn, ["native"], lang="zh")
    assert (native.id, native.lang) == ("native@cn", "zh")
    assert native.wordings == prompts(cn, "full", "zh")
    assert one_prompt(cn, "native", wording=1, lang="zh") == native.wordings[1]
    assert native_languages(cn) == ("zh",)
    assert native_languages(load_policy("eu")) == ("de", "fr")
    assert native_languages(load_policy("us")) == ()


@pytest.mark.parametrize(
    ("name", "lang", "told"),
    [
        ("cn", None, "language is 'en', expected one other than English in which policy 'cn'.*: zh$"),
        ("cn", "de", "language is 'de', expected one other than English in which policy 'cn'.*: zh$"),
        ("us", "en", "language is 'en', expected .* policy 'us' can be written: there is none$"),
    ],
)  # fmt: skip
def test_native_does_not_fall_back_to_english(name: str, lang: str | None, told: str) -> None:
    with pytest.raises(PolicyError, match=told):
        one_prompt(load_policy(name), "native", wording=None, lang=lang)


def test_none_is_the_same_for_every_policy() -> None:
    assert conditions(load_policy("cn"), ["none"]) == conditions(load_policy("us"), ["none"])
    assert conditions(load_policy("cn"), ["none"]) == (NONE,)


def test_the_prompts_of_a_policy_are_those_of_every_run_before() -> None:
    """Stored answers are found by their prompts: whoever changes a wording on purpose stores the new digest."""
    rules = tuple(
        Rule(
            id=name, source="s", basis="statute", category="Safety", behaviour="refuse",
            severity="low", text=text, when=When(topics=("state/monarchy",), acts=("opine",)),
        )
        for name, text in (("a", "Decline opinions."), ("b", "Decline praise."), ("c", "Name no king."))
    )  # fmt: skip
    file = PolicyFile(id="p", name="P", version="1", languages=("en",), summary="Of kings.",
        sources=(Source(id="s", title="S", status="verified"),), rules=rules)  # fmt: skip
    policy = Policy("p", "P", "1", file, rules, file.sources)
    strengths = ["placebo", "brief", "full", "strict", "unnamed", "full-without:b"]
    texts = [text for found in conditions(policy, strengths) for text in found.wordings]
    assert len(texts) == 6 * WORDINGS
    assert sha256("\0".join(texts).encode()).hexdigest() == DIGEST


@pytest.mark.parametrize(
    ("strength", "message"),
    [
        ("fulll", "strength is 'fulll', expected one of none, placebo.*did you mean 'full'"),
        ("full:x", "strength is 'full:x'"),
        ("full-without", "did you mean 'full-without:RULE'"),
        ("full-without:nope", "no rule 'nope'"),
        ("wrong-region:zz", "policy 'zz' does not exist"),
    ],
)
def test_an_unknown_strength_is_refused(strength: str, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        conditions(load_policy("th"), [strength])
    assert strength not in STRENGTHS


def longer(policy: Policy, rules: int) -> Policy:
    """The policy with its last rule repeated until it has that many."""
    last = policy.rules[-1]
    more = (last.model_copy(update={"id": f"more-{n}"}) for n in range(rules))
    return replace(policy, rules=(*policy.rules, *more)[:rules])


@pytest.mark.parametrize("rules", [14, 18, 24])
def test_a_korean_child_may_add_rules_and_has_a_placebo(rules: int) -> None:
    child = longer(load_policy("kr"), rules)
    full, placebo = prompts(child, "full", "ko"), prompts(child, "placebo", "ko")
    assert len(set(rule_lines(placebo[0]))) == rules
    assert abs(len(placebo[0]) / len(full[0]) - 1) <= 0.05


def test_more_rules_than_there_are_house_rules_have_every_prompt_but_a_placebo() -> None:
    child = longer(load_policy("jp"), 12)
    told = (
        "placebo: the policy has 12 rules, expected at most 11, the house rules that exist in 'ja', or a prompt in "
        "English, with up to 36; every other strength can be asked"
    )
    with pytest.raises(PolicyError, match=f"^{re.escape(told)}$"):
        conditions(child, ["placebo"], lang="ja")
    assert [c.lang for c in conditions(child, ["full", "strict", "brief"], lang="ja")] == ["ja"] * 3
    assert conditions(child, ["placebo"])[0].lang == "en"
    with pytest.raises(
        PolicyError, match="expected at most 36, the house rules that exist in 'en';"
    ):
        conditions(longer(child, 37), ["placebo"])


def test_policies_md_says_how_many_house_rules_there_are() -> None:
    page = (Path(__file__).parents[2] / "docs" / "policies.md").read_text(encoding="utf-8")
    sentence = page[page.index("leaves every other strength possible") :].split("\n\n")[0]
    counts = re.findall(r"(\d+) in ((?:`\w\w`(?:, | and )?)+)", sentence)
    told = {lang: int(count) for count, langs in counts for lang in re.findall(r"`(\w\w)`", langs)}
    assert told == {lang: most_rules(lang) for lang in frames() if has_placebo(lang)}


def test_one_prompt_is_the_one_asked_for() -> None:
    policy = load_policy("cn")
    wanted = prompts(policy, "full", "zh")[2]
    assert one_prompt(policy, "full", wording=2, lang="zh") == wanted
    assert one_prompt(policy, "brief", wording=None, lang=None) == prompts(policy, "brief")[0]
    assert one_prompt(policy, "none", wording=None, lang=None) == ""


@pytest.mark.parametrize(
    ("strength", "wording", "lang", "message"),
    [
        ("full", 3, None, "^wording is 3, expected 0 to 2"),
        ("none", 0, None, "^wording is 0: strength 'none' has no prompt"),
        ("none", None, "zh", "^lang is 'zh': strength 'none' has no prompt"),
        ("full", None, "xx", "^lang is 'xx', expected .*: en, zh"),
    ],
)
def test_a_prompt_that_does_not_exist_is_refused(
    strength: str, wording: int | None, lang: str | None, message: str
) -> None:
    with pytest.raises(PolicyError, match=message):
        one_prompt(load_policy("cn"), strength, wording=wording, lang=lang)
