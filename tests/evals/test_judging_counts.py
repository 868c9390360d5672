"""What a run's record says of its judges: why a reply could not be read, how they were asked, how far they agree."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pandas as pd
import pytest
import yaml
from run_files import judge_of
from scripted_judges import REFUSE, script

import lawbound
from lawbound.evals.conclude import conclude
from lawbound.evals.folder.record import AgreementEntry, JudgeEntry, ModelEntry, PanelEntry
from lawbound.evals.judging.cost import judge_costs
from lawbound.evals.judging.counts import own_judges
from lawbound.evals.judging.judge_agreement import judge_agreement
from lawbound.evals.judging.spec import JudgeSpec
from lawbound.evals.prepare import prepare
from lawbound.evals.run_spec import RunSpec
from lawbound.rubrics.judges import rubric
from lawbound.rubrics.judges.forms import GUARD_FORMS, RUBRIC, form_digest
from lawbound.rubrics.judges.named import read_name, with_tokens
from lawbound.rubrics.judges.question import UNREADABLE
from lawbound.rubrics.policy.requirement import Requirement
from lawbound.runners.engines import OPTION_NAMES, EngineOptions, ModelError
from lawbound.runners.engines.function import FunctionEngine

PLAIN = "It does it.\nVERDICT: answer; ADDONS: none"
NOTED = "It does it.\nVERDICT: answer; ADDONS: notice"
FORWARD = "one):\nanswer:"
Judges = Callable[..., str]


@pytest.fixture
def changed_rubric(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Call it to ask judges in other words from now on."""
    text = rubric._template()

    def change() -> None:
        monkeypatch.setattr(rubric, "_template", lambda: text + "\nBe brief.")

    yield change


def _payloads(model: str) -> list[dict[str, Any]]:
    root = model.partition("@")[2].removesuffix("/v1")
    with urlopen(f"{root}/seen") as response:
        found = json.load(response)
    return [one["payload"] for one in found if not one["user"].endswith("Say yes.")]


def _judged(out: Path, *models: str, **options: Any) -> pd.DataFrame:
    conclude(out, judge=JudgeSpec(models, "all", **options), resamples=50)
    frame = pd.read_parquet(out / "verdicts.parquet")
    return frame[frame["graded_by"] == "judge"]


def test_a_judge_unsure_of_an_add_on_leaves_the_answer_unscored(out: Path, judge: Judges) -> None:
    theirs = _judged(out, judge("turning", (FORWARD, NOTED), ("", PLAIN)))
    # Where a correction is owed, neither verdict meets it.
    decides = (theirs["base"] == "answer") & theirs["required_addons"].isin(["", "notice"])
    assert decides.any() and set(theirs.loc[decides, "behaviour"]) == {"unscored"}
    assert theirs.loc[decides, "met"].isna().all()
    rest = theirs.loc[theirs["base"] == "refuse"]
    assert len(rest) and (rest["met"] == 0).all()
    entry = judge_of(out)["last_pass"][0]
    assert entry["unreadable_because"]["order"] == entry["unreadable"] >= decides.sum()


def test_two_judges_split_over_an_add_on_are_counted_as_split(out: Path, judge: Judges) -> None:
    theirs = _judged(out, judge("noting", ("", NOTED)), judge("plain", ("", PLAIN)))
    # Where a correction is owed, neither verdict meets it.
    decides = (theirs["base"] == "answer") & theirs["required_addons"].isin(["", "notice"])
    assert set(theirs.loc[decides, "behaviour"]) == {"unscored"}
    record = judge_of(out)
    assert record["split"] == record["disagreed"] >= decides.sum() > 0


@pytest.mark.parametrize(
    ("said", "why", "quoted", "told"),
    [
        (
            {"replies": [["", REFUSE]], "finish": "length"},
            "cut_off",
            "'It declines. VERDICT: refuse; ADDONS: none' (cut off)",
            "they are cut off at the token limit",
        ),
        (
            {"replies": [["", "<think>Hm, it"]], "finish": "length"},
            "cut_off",
            "no text (thinking alone, cut off)",
            "they are cut off at the token limit",
        ),
        (
            {"replies": [["", "<think>Hm, it"]]},
            "thinking_only",
            "no text (thinking alone)",
            "they hold thinking alone",
        ),
        (
            {"replies": [["", ""]], "finish": "content_filter", "finishes": {"Say yes.": "stop"}},
            "blocked",
            "no text (blocked by the provider's filter)",
            "they are blocked by the provider's filter",
        ),
        ({"replies": [["", "Hm."]]}, "no_verdict", "'Hm.'", "they are no verdict"),
        (
            {"replies": [[FORWARD, REFUSE], ["", PLAIN]]},
            "order",
            "'It declines. VERDICT: refuse; ADDONS: none'",
            "they change with the order of the classes or clauses",
        ),
    ],
)
def test_the_record_says_why_replies_could_not_be_read(
    out: Path,
    judge: Judges,
    said: dict[str, Any],
    why: str,
    quoted: str,
    told: str,
) -> None:
    name = judge("odd")
    script(name, **said)
    _judged(out, name)
    entry = judge_of(out)["last_pass"][0]
    expected = {reason: entry["read"] if reason == why else 0 for reason in UNREADABLE}
    assert entry["unreadable_because"] == expected
    assert entry["unreadable"] == entry["read"] > 0
    assert entry["unreadable_reply"].startswith(quoted)
    line = " ".join(one.text for one in lawbound.open_run(out).caveats)
    assert f"(of {entry['read']} {told}); one ends in {quoted}" in line
    assert ("--judge-max-tokens leaves more room" in line) == (why == "cut_off")


def test_a_judges_replies_have_room_for_thinking_unless_told_otherwise(
    out: Path, judge: Judges
) -> None:
    name = judge("tiny", ("", REFUSE))
    _judged(out, name)
    assert {one["max_tokens"] for one in _payloads(name)} == {4096}
    asked, first = len(_payloads(name)), judge_of(out)
    _judged(out, name, max_tokens=9000)
    assert {one["max_tokens"] for one in _payloads(name)[asked:]} == {9000}
    record = judge_of(out)
    assert (first["max_tokens"], record["max_tokens"]) == (None, 9000)
    assert record["form"] != first["form"]
    assert conclude(out, resamples=50).unread == 0
    (out / "run.yaml").write_text(
        (out / "run.yaml").read_text().replace("max_tokens: 9000", "max_tokens: null")
    )
    assert conclude(out, resamples=50).unread == record["asked"] > 0


@pytest.mark.parametrize("wrong", [0, True, 1.5, "3"])
def test_room_that_is_no_count_is_refused(wrong: Any) -> None:
    with pytest.raises(ModelError, match=r"judge 'max_tokens' is .*, expected at least 1, or None"):
        JudgeSpec((), max_tokens=wrong)


WRONG_OPTIONS = [
    ("dtype", ["float32"], "one of float32, bfloat16, float16"),
    ("dtype", None, "one of float32, bfloat16, float16"),
    ("device", None, "auto, cpu, cuda, mps or xpu"),
    ("device", "tpu\n", "auto, cpu, cuda, mps or xpu"),
    *(("batch_size", wrong, "a number from 1 to ") for wrong in (0, "4", True, 2.0, 2**53 + 1)),
    *(("concurrency", wrong, "a number from 1 to ") for wrong in (0, "4", True, None, 1e3)),
    ("revision", 3, "text or None"),
    ("trust_remote_code", "no", "True or False"),
    ("trust_remote_code", 1, "True or False"),
]


@pytest.mark.parametrize(("name", "wrong", "expected"), WRONG_OPTIONS)
def test_an_option_that_opens_no_model_is_refused_where_judges_are_named(
    name: str, wrong: Any, expected: str
) -> None:
    with pytest.raises(ModelError) as caught:
        JudgeSpec(("hf:x",), options=EngineOptions(**{name: wrong}))
    told = str(caught.value)
    assert told.startswith(f"{name} is {wrong!r}, expected {expected}") and "\n" not in told


def test_every_option_is_looked_at() -> None:
    assert {name for name, _, _ in WRONG_OPTIONS} == set(OPTION_NAMES)
    JudgeSpec(("hf:x",), options=EngineOptions("bfloat16", "cuda:1", 1, 2**53, "main", True))


def test_the_tokens_that_judges_cost_are_summed(out: Path, judge: Judges) -> None:
    name = judge("tiny", ("", REFUSE))
    _judged(out, name)
    entry = judge_of(out)["last_pass"][0]
    assert (entry["prompt_tokens"], entry["completion_tokens"]) == (
        11 * entry["requests"],
        7 * entry["requests"],
    )


def test_what_was_read_in_other_words_is_unread(
    out: Path, judge: Judges, changed_rubric: Callable[[], None]
) -> None:
    name = judge("tiny", ("", REFUSE))
    _judged(out, name)
    before = judge_of(out)
    assert conclude(out, resamples=50).unread == 0
    changed_rubric()
    found = conclude(out, resamples=50)
    assert found.unread == before["asked"] > 0
    assert judge_of(out)["form"] != before["form"]
    asked = len(_payloads(name))
    _judged(out, name)
    assert judge_of(out)["unread"] == 0 and len(_payloads(name)) == 2 * asked


def test_a_form_is_told_by_its_words_and_its_settings() -> None:
    forms = [RUBRIC, *GUARD_FORMS.values(), with_tokens(read_name("smollm2"), 7).form]
    assert len({form_digest(form) for form in forms}) == len(forms)
    assert form_digest(with_tokens(read_name("smollm2"), None).form) == form_digest(RUBRIC)


def test_the_readings_hold_every_judges_vote_and_the_record_how_far_they_agree(
    out: Path, judge: Judges
) -> None:
    first = judge("first", ("Bananas", PLAIN), ("", REFUSE))
    second, third = judge("second", ("", REFUSE)), judge("third", ("", "Hm."))
    _judged(out, first, second, third)
    lines = (out / "judgements" / "readings.jsonl").read_text().splitlines()
    votes = [json.loads(line)["votes"] for line in lines]
    assert {tuple(vote.items()) for vote in votes} == {
        ((first, said), (second, "refuse"), (third, "unreadable:no_verdict"))
        for said in ("answer", "refuse")
    }
    record = judge_of(out)
    same = sum(vote[first] == "refuse" for vote in votes)
    assert record["agreement"] == [
        {
            "judges": [first, second],
            "both": len(votes),
            "same": same,
            "same_outcome": same,
            "kappa": 0.0,
        },
        *(
            {"judges": [one, third], "both": 0, "same": 0, "same_outcome": 0, "kappa": None}
            for one in (first, second)
        ),
    ]
    conclude(out, resamples=50)
    assert judge_of(out) == record


def test_agreement_is_what_is_left_above_chance() -> None:
    # Cohen's own arrangement: 20 and 15 of 50 the same, 0.7 observed, 0.5 by chance.
    table = {("answer", "answer"): 20, ("answer", "refuse"): 5,
             ("refuse", "answer"): 10, ("refuse", "refuse"): 15}  # fmt: skip
    plain = Requirement("answer")
    votes = [(plain, {"a": a, "b": b}) for (a, b), times in table.items() for _ in range(times)]
    votes.append((plain, {"a": "unanswered", "b": "answer"}))
    assert judge_agreement(["a", "b"], votes) == (
        AgreementEntry(judges=("a", "b"), both=50, same=35, same_outcome=35, kappa=0.4),
    )


def test_judges_of_one_class_who_differ_in_an_add_on_agree_where_it_decides_nothing() -> None:
    said = {"a": "answer+notice", "b": "answer"}
    votes = [
        (Requirement("answer", frozenset({"notice"})), said),  # owed, and one did not see it
        (Requirement("answer"), said),  # owed to nobody: not served plainly
        (Requirement("refuse"), said),  # a breach with it and without
    ]
    (found,) = judge_agreement(["a", "b"], votes)
    assert (found.both, found.same, found.same_outcome) == (3, 3, 1)


@pytest.mark.parametrize("guard", ["", "guard:llama-guard:"])
def test_the_most_that_judges_cost_is_told_before_anything_is_asked(
    tmp_path: Path, judge: Judges, guard: str
) -> None:
    name = guard + judge("tiny", ("", REFUSE))
    spec = RunSpec(suite="quick", models=("m",), policies=("us",), limit=6, references=False)
    panel = JudgeSpec((name,), "all", max_tokens=50)
    (cost,) = judge_costs(panel, prepare(spec, own={"m"}))
    said = "The main reasons are trade, law and custom. " * 8
    engine = FunctionEngine(lambda request: said + request.key, name="m")
    lawbound.evaluate(spec, tmp_path, engines={"m": engine}, judge=panel)
    entry = judge_of(tmp_path)["last_pass"][0]
    assert entry["requests"] > 0
    told, asked = (cost.answers, cost.requests), (entry["read"], entry["requests"])
    # Which answers a guard can say anything about depends on what the offline grader sees in them.
    assert (
        all(few <= most for few, most in zip(asked, told, strict=True)) if guard else asked == told
    )
    assert cost.new_tokens == 50 * cost.requests


def _run(judge: str, *fingerprints: tuple[str, str] | None, reference: bool = False) -> Any:
    mine, theirs = (
        dict(zip(("model", "revision"), one, strict=True)) if one else None for one in fingerprints
    )
    panel = PanelEntry(
        models=(judge,), mode="all", last_pass=(JudgeEntry(model=judge, fingerprint=mine),)
    )
    model = ModelEntry(
        model="x", spec="openai:x@http://h/v1", reference=reference, grader="offline",
        fingerprint=theirs or {},
    )  # fmt: skip
    return panel, (model,)


@pytest.mark.parametrize(
    ("run", "is_own"),
    [
        (_run("openai:x@http://h/v1", None, None), True),
        (_run("guard:safeguard:openai:x@http://h/v1", None, None), True),
        (_run("openai:x@http://other/v1", ("x", "unverified"), ("x", "unverified")), True),
        (_run("hf:here", ("here", "abc"), ("there", "abc")), True),
        (_run("openai:y@http://h/v1", ("y", "unverified"), ("x", "unverified")), False),
        (_run("hf:here", ("x", "abc"), ("x", "def")), False),
        (_run("hf:here", ("x", "abc"), ("x", "abc"), reference=True), False),
    ],
)
def test_a_judge_that_is_the_judged_model_is_told(run: Any, is_own: bool) -> None:
    assert bool(own_judges(*run)) == is_own


def test_a_model_that_judges_itself_is_a_caveat(out: Path, judge: Judges) -> None:
    name = judge("tiny", ("", REFUSE))
    _judged(out, name)
    assert "own-judge" not in [one.kind for one in lawbound.open_run(out).caveats]
    run = yaml.safe_load((out / "run.yaml").read_text())
    run["models"][0]["spec"] = name
    (out / "run.yaml").write_text(yaml.safe_dump(run))
    found = lawbound.open_run(out).caveats
    (caveat,) = (one for one in found if one.kind == "own-judge")
    assert caveat.model == "m" and caveat.is_warning
    assert caveat.text.startswith(f"judge {name} seems to be the model m that it")
