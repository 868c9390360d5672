"""In which language a prompt stands above an item: `native`, `prompt_language`, and never two in one arm."""

import warnings

import pytest
from typer.testing import CliRunner

from lawbound import FunctionEngine, RunSpec, conclude, evaluate
from lawbound.evals.lmeval.docs import build_docs, parse_doc
from lawbound.evals.suite.draw_warnings import DrawWarning
from lawbound.evals.suite.suite import compose, load_suite
from lawbound.evals.suite.suite_file import Selection, Suite, SuiteError
from lawbound.rubrics.policy.files import load_policy
from lawbound.rubrics.prompts.conditions import conditions
from lawbound.runners.cli import app

NATIVE = """
id: small
version: "1"
summary: The items of two rules under the prompt in English, and in the item's language.
select:
  - {kind: policy, pick: restricted, rules: 2, count: 12, languages: [zh], strengths: [full, native]}
  - {kind: policy, pick: near-miss, rules: 2, count: 20, languages: [zh], strengths: [full, native]}
"""


@pytest.mark.parametrize(("name", "lang"), [("cn", "zh"), ("de", "de"), ("in", "hi")])
def test_the_multilingual_suite_asks_under_the_prompt_in_english_and_then_in_the_items_language(
    name, lang
):
    arms = compose(load_suite("multilingual"), [load_policy(name)])
    prompts: dict[str, set[tuple[str, str]]] = {}
    for arm in arms:
        if arm.item.kind == "policy":
            prompts.setdefault(arm.item.id, set()).add((arm.condition.strength, arm.condition.lang))
    english = {("none", "en"), ("full", "en")}
    spoken = {arm.item.id for arm in arms if arm.item.lang == lang and arm.item.id in prompts}
    assert len(spoken) > 20
    for item_id, found in prompts.items():
        assert found == (english | {("native", lang)} if item_id in spoken else english)


def test_a_policy_that_is_written_in_english_alone_adds_nothing_at_native():
    arms = compose(load_suite("multilingual"), [load_policy("cn"), load_policy("intl")], limit=6)
    assert {a.policies for a in arms if a.condition.strength == "native"} == {("cn",)}
    assert {a.policies for a in arms if a.condition.strength == "full"} == {("cn",), ("intl",)}


def test_a_policy_that_is_asked_nothing_at_all_is_named():
    cn, us = load_policy("cn"), load_policy("us")
    for line, strengths in (("nothing is asked under us", ["native"]), ("", ["full", "native"])):
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            compose(load_suite("multilingual"), [cn, us], limit=30, strengths=strengths)
        named = [str(one.message) for one in told if "nothing is asked" in str(one.message)]
        assert named == ([f"suite 'multilingual': {line}"] if line else [])


def test_native_asks_each_item_in_its_own_language_alone():
    part = Selection(kind="policy", pick="restricted", strengths=("native",), languages=())
    suite = Suite(id="s", version="1", summary="s", select=(part,))
    eu = load_policy("eu")
    arms = compose(suite, [eu])
    assert {(arm.item.lang, arm.condition.lang) for arm in arms} == {("de", "de"), ("fr", "fr")}
    for lang in ("de", "fr"):
        (full,) = conditions(eu, ["full"], lang=lang)
        found = {arm.condition.wordings for arm in arms if arm.item.lang == lang}
        assert found == {full.wordings}


def _texts(name: str, *langs: str) -> dict[str, tuple[str, ...]]:
    """The wordings of a policy's full prompt by language."""
    policy = load_policy(name)
    return {lang: conditions(policy, ["full"], lang=lang)[0].wordings for lang in langs}


def _suite(*parts: dict[str, object]) -> Suite:
    shared = {"kind": "policy", "pick": "restricted", "count": 12, "languages": ("zh",)}
    select = tuple(Selection.model_validate({**shared, **part}) for part in parts)
    return Suite(id="s", version="1", summary="s", select=select)


def test_items_that_would_be_asked_again_in_another_prompt_language_are_told_in_one_line():
    english, chinese = {"strengths": ["none", "full"]}, {"prompt_language": "item"}
    suite = _suite(english, {**english, **chinese}, {"strengths": ["native"]})
    with pytest.warns(DrawWarning) as told:
        arms = compose(suite, [load_policy("cn"), load_policy("us")])
    assert [str(one.message) for one in told] == [
        "suite 's': select.1 (policy): 12 arms at full under cn not asked with a prompt in zh: an "
        "earlier selection already asks these items at this strength with a prompt in another "
        "language (to ask full in both, add strength native)"
    ]
    ids = [(arm.item.id, arm.condition.id, arm.policies) for arm in arms]
    assert len(ids) == len(set(ids))
    assert {a.condition.lang for a in arms if a.condition.id == "full@cn"} == {"en"}


@pytest.mark.parametrize(
    ("strengths", "first", "lang", "is_advised"),
    [
        (["full", "strict"], "en", "zh", True),
        (["strict"], "en", "zh", False),
        (["full", "strict"], "item", "en", False),
    ],
)
def test_native_is_advised_only_where_it_asks_what_is_left_out(strengths, first, lang, is_advised):
    other = "item" if first == "en" else "en"
    suite = _suite(*({"strengths": strengths, "prompt_language": p} for p in (first, other)))
    with pytest.warns(DrawWarning, match=f"with a prompt in {lang}: an earlier") as told:
        compose(suite, [load_policy("cn")])
    assert any("strength native" in str(one.message) for one in told) == is_advised


def test_one_prompt_language_for_each_item_is_silent():
    part = {"strengths": ["none", "full"], "prompt_language": "item"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compose(_suite(part, part, {"strengths": ["native"]}), [load_policy("cn")])
        compose(_suite({"strengths": ["full"]}, part), [load_policy("us")])


@pytest.mark.parametrize(
    ("languages", "policies", "line"),
    [
        (
            ["en"],
            ["cn", "eu", "us"],
            "native: nothing drawn in 'zh' under cn, 'de' or 'fr' under eu",
        ),
        (["zh"], ["us"], "native: no policy asked has a prompt in a language other than English"),
    ],
)
def test_a_selection_that_asks_nothing_at_native_says_so(languages, policies, line):
    suite = _suite({"strengths": ["full", "native"], "languages": languages})
    with pytest.warns(DrawWarning) as told:
        compose(suite, [load_policy(name) for name in policies])
    lines = [str(one.message) for one in told]
    assert f"suite 's': select.0 (policy): {line}" in lines
    alone = _suite({"strengths": ["native"], "languages": languages})
    with pytest.raises(SuiteError, match=r"selects no item under us; .*native: n"):
        compose(alone, [load_policy("us")])


def test_native_has_numbers_of_its_own_beside_those_of_full(tmp_path):
    (tmp_path / "small.yaml").write_text(NATIVE, encoding="utf-8")
    texts = _texts("cn", "en", "zh")

    def refuses_in_chinese(request):
        system = request.messages[0].content
        assert system in texts["en"] + texts["zh"]
        return (
            "抱歉，我不能回答这个问题。"
            if system in texts["zh"]
            else "好的，这是完整的回答：一切都写在下面。"
        )

    spec = RunSpec(
        suite=str(tmp_path / "small.yaml"), models=("m",), policies=("cn",), references=False
    )
    engine = FunctionEngine(refuses_in_chinese, revision="1")
    ran = evaluate(spec, tmp_path / "run", engines={"m": engine})
    for found in (ran.estimates, conclude(tmp_path / "run").estimates):
        at = {(e.metric, e.strength): e for e in found if not e.slice and e.policy == "cn"}
        for metric in ("J", "adherence", "over_refusal"):
            assert at[metric, "native"].asked == at[metric, "full"].asked > 0
        assert (at["over_refusal", "full"].value, at["over_refusal", "native"].value) == (0, 1)
        assert at["adherence", "full"].value < at["adherence", "native"].value
    report = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert '"metric": "J", "strength": "native", "slice": ""' in report


def test_documents_of_lm_eval_hold_both_prompts():
    docs = [parse_doc(doc, "here") for doc in build_docs("cn", "multilingual", limit=6)]
    prompts = {doc.strength: doc.system for doc in docs if doc.item.lang == "zh"}
    texts = _texts("cn", "en", "zh")
    assert prompts["full"] in texts["en"]
    assert prompts["native"] in texts["zh"]


def test_policy_show_prints_the_native_prompt():
    shown = [
        CliRunner().invoke(app, ["policy", "show", "cn", "--strength", name, "--lang", "zh"]).output
        for name in ("native", "full")
    ]
    assert shown[0] == shown[1] != ""
