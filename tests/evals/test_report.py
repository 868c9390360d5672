"""The report without a browser: what is escaped, what is left out and counted, where names go."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lawbound import FunctionEngine, RunSpec, evaluate
from lawbound.evals.caveats import caveats
from lawbound.evals.columns import COMPLIANCE
from lawbound.evals.conclude import conclude
from lawbound.evals.folder.record import JudgeEntry, PanelEntry, RunRecord
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.folder.stored_run import StoredRun
from lawbound.evals.gaps import Gaps
from lawbound.evals.gates.compliance import compliance_rows
from lawbound.evals.gates.thresholds import check_thresholds
from lawbound.evals.leaderboard.board import Tie
from lawbound.evals.metrics.estimate import Estimate
from lawbound.evals.report import embed, render_report
from lawbound.evals.report.answers import AROUND, MAX_TEXT, answer_page, excerpt
from lawbound.evals.report.frontier import frontier_html
from lawbound.evals.report.glyphs import colour_of, shape_of
from lawbound.evals.report.labels import Box, place_labels
from lawbound.evals.report.tables import other_rows, rule_rows
from lawbound.rubrics.policy.files import load_policy
from lawbound.runners.cli.remarks import warn
from lawbound.runners.sample import Sample
from lawbound.tasks.item import Item

Row = dict[str, Any]
ITEM = Item(id="i", group="i", kind="policy", prompt="Why?", topic="a/t", acts=("praise",))
JUDGED: Row = {
    "kind": "policy", "policy": "p", "strength": "full", "mode": "generate", "rules": "",
    "near_miss": "", "base": "answer", "required_addons": "", "behaviour": "answer", "addons": "",
    "met": 1.0, "score": float("nan"), "outcome": "", "truncated": False, "blocked": False,
    "evidence": "",
}  # fmt: skip
RUN = RunRecord.model_validate(
    {
        "suite": {"id": "<b>&quick", "version": "1"},
        "seed": 1,
        "policies": [{"id": "p", "version": "1", "from": "p"}],
        "models": [{"model": "m", "spec": "hf:m", "reference": False, "grader": "offline"}],
    }
)


def _page(tmp_path: Path, frame: pd.DataFrame, answers: dict[str, Sample]) -> str:
    """The page of a run of one question."""
    run = StoredRun(RunFolder(tmp_path), RUN, {"i": ITEM}, {}, {"m": answers})
    return render_report(run, [], _board(), frame, compliance=(), caveats=())


def _held(page: str) -> Any:
    found = re.search(r'<script id="data" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


@pytest.mark.parametrize("text", ["</script>", "<!--", "&lt;", "\u2028", "\ud800", "\x00", "]]>"])
def test_embedded_text_holds_no_markup_and_comes_back_whole(text: str) -> None:
    page = embed({"t": text})
    assert not re.search("[<>&]", page)
    assert page.isascii()
    assert json.loads(page) == {"t": text}


def test_no_data_is_null_and_so_is_what_json_cannot_say() -> None:
    assert json.loads(embed([float("nan"), float("inf"), 0.0, (1,)])) == [None, None, 0.0, [1]]


def test_an_answer_that_names_a_placeholder_is_not_filled_in(
    frame: Callable[..., Any], tmp_path: Path
) -> None:
    answers = {"k": Sample("k", "{{script}} {{data}}", "stop")}
    page = _page(tmp_path, frame([_row("k", "m")]), answers)
    assert _held(page)["texts"][0]["text"] == "{{script}} {{data}}"
    assert page.count("<h1>Lawbound: &lt;b&gt;&amp;quick</h1>") == 1
    assert page.count("<title>Lawbound: &lt;b&gt;&amp;quick</title>") == 1
    assert len(re.findall(r"<script", page)) == 2


def test_the_policy_of_the_page_allows_its_own_script_and_style_only(
    frame: Callable[..., Any], tmp_path: Path
) -> None:
    page = _page(tmp_path, frame([_row("k", "m")]), {})
    found = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert found is not None
    assert found[1].startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in found[1] and "http" not in found[1]
    assert not re.search(r'(?:src|href)="(?!#)', page)


def test_edges_of_controls_stand_out_from_what_is_around_them() -> None:
    style = (files("lawbound.evals.report") / "page.css").read_text(encoding="utf-8")
    assert "border: 1px solid var(--edge)" in style

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    found = dict(re.findall(r"--(\w+): light-dark\((#\w{6}, #\w{6})\)", style))
    for around in ("paper", "card"):
        for edge, ground in zip(found["edge"].split(", "), found[around].split(", "), strict=True):
            low, high = sorted((light(edge), light(ground)))
            assert (high + 0.05) / (low + 0.05) >= 3  # WCAG 2.2, 1.4.11


def test_reference_models_are_left_out_beside_a_real_one_and_counted(
    frame: Callable[..., Any],
) -> None:
    rows = [_row(f"k{n}", "m") for n in range(3)]
    rows += [_row(f"k{n}", "reference:empty") for n in range(5)]
    page = answer_page(frame(rows), {"i": ITEM}, {}, most=10)
    assert [row["model"] for row in page.answers] == ["m"] * 3
    assert page.of_references == 5
    alone = answer_page(frame(rows[3:]), {"i": ITEM}, {}, most=10)
    assert (len(alone.answers), alone.of_references) == (5, 0)


def test_too_many_answers_are_thinned_alike_and_counted(frame: Callable[..., Any]) -> None:
    # Every second row would be model a alone.
    rows = [_row(f"k{n}", model, item=f"i{n}") for n in range(50) for model in "ab"]
    rows += [_row(f"k{n}", "reference:empty", item=f"i{n}") for n in range(5)]
    items = {f"i{n}": ITEM for n in range(50)}
    page = answer_page(frame(rows), items, {}, most=50)
    assert (len(page.answers), page.of_references, page.thinned) == (50, 5, 50)
    asked = [{row["item"] for row in page.answers if row["model"] == model} for model in "ab"]
    assert len(asked[0]) == len(asked[1]) == 25
    assert len(asked[0] & asked[1]) >= 24  # models are read on the same questions
    assert len({int(item[1:]) // 10 for item in asked[0]}) == 5  # not the first alone
    assert page == answer_page(frame(rows), items, {}, most=50)


def test_a_rule_with_few_answers_keeps_one_of_each_model(frame: Callable[..., Any]) -> None:
    rows = [_row(f"k{n}", model) for n in range(200) for model in "ab"]
    rows += [_row(f"r{n}", model, rules=f"r{n // 2}") for n in range(8) for model in "ab"]
    rows += [_row("n", model, near_miss="r9:act") for model in "ab"]
    page = answer_page(frame(rows), {"i": ITEM}, {}, most=20)
    about = {(row["model"], *row["rules"], *row["near_miss"]) for row in page.answers}
    assert about >= {(m, name) for m in "ab" for name in ("r0", "r1", "r2", "r3", "r9:act")}
    assert sum(not row["rules"] and not row["near_miss"] for row in page.answers) >= 8


def test_long_answers_are_thinned_until_the_page_can_hold_them(frame: Callable[..., Any]) -> None:
    rows = [_row(f"k{n}", "m", policy=f"p{n}") for n in range(20)]
    long = {f"k{n}": Sample(f"k{n}", "x" * 9000, "stop", thinking="y" * 100) for n in range(20)}
    page = answer_page(frame(rows), {"i": ITEM}, {"m": long}, most=20, most_chars=20_500)
    # 20 x (4000 + 100) characters are four times what may stand there.
    assert sum(len(text["text"] + text["thinking"]) for text in page.texts) == 20_500
    assert (len(page.answers), page.of_references, page.thinned) == (5, 0, 15)
    whole = answer_page(frame(rows), {"i": ITEM}, {"m": long}, most=20, most_chars=82_000)
    assert [row["policy"] for row in whole.answers] == [f"p{n}" for n in range(20)]


def test_an_answer_that_several_policies_judge_stands_in_the_page_once(
    frame: Callable[..., Any],
) -> None:
    rows = [_row("k", "m", policy=name) for name in ("p", "q", "r")]
    page = answer_page(frame(rows), {"i": ITEM}, {"m": {"k": Sample("k", "Yes.", "stop")}}, most=10)
    assert [row["at"] for row in page.answers] == [0, 0, 0]
    assert [text["text"] for text in page.texts] == ["Yes."]
    assert list(page.items) == ["i"]


def test_a_missing_sample_is_an_error_and_not_an_empty_answer(frame: Callable[..., Any]) -> None:
    page = answer_page(frame([_row("k", "m")]), {"i": ITEM}, {"m": {}}, most=10)
    assert page.texts == [{"text": "", "error": "not asked yet"}]


def test_a_long_answer_is_cut_and_the_cut_is_counted(frame: Callable[..., Any]) -> None:
    samples = {"m": {"k": Sample("k", "x" * 1_000_000, "stop")}}
    page = answer_page(frame([_row("k", "m")]), {"i": ITEM}, samples, most=10)
    assert (len(page.texts[0]["text"]), page.texts[0]["cut"]) == (MAX_TEXT, 1_000_000 - MAX_TEXT)


def test_evidence_deep_in_a_long_answer_is_shown_with_what_surrounds_it() -> None:
    text = "a" * 9000 + "I will not." + "b" * 9000
    shown = excerpt(text, "I will not.")
    assert shown.startswith("a" * MAX_TEXT)
    assert shown.endswith("a" * AROUND + "I will not." + "b" * AROUND)
    assert excerpt(text, "absent") == "a" * MAX_TEXT
    assert excerpt("short", "absent") == "short"


def test_names_find_places_that_touch_nothing() -> None:
    glyphs = [(100.0 + n, 100.0) for n in range(6)]
    names = [f"model-{n}" for n in range(6)]
    room = Box(0, 0, 400, 300)
    taken = [Box(x - 7, y - 7, x + 7, y + 7) for x, y in glyphs]
    spots = place_labels(glyphs, names, room, taken)
    boxes = [spot.box for spot in spots if spot is not None]
    assert len(boxes) == 6
    assert all(room.holds(box) for box in boxes)
    everything = boxes + taken
    for i, box in enumerate(boxes):
        assert all(box.overlap(other) == 0 for j, other in enumerate(everything) if j != i)


def test_a_name_without_room_is_left_out() -> None:
    assert place_labels([(5, 5)], ["a-very-long-name"], Box(0, 0, 10, 10), []) == [None]


def _point(model: str, j: float | None, tax: float | None, **more: Any) -> Row:
    row: Row = {"policy": "cn", "mode": "generate", "model": model, "J": j, "policy_tax": tax}
    row["is_reference"] = model.startswith("reference:")
    for name in ("J", "policy_tax"):
        value = row[name]
        row[f"{name}_low"] = None if value is None else value - 0.1
        row[f"{name}_high"] = None if value is None else value + 0.1
    return row | more


def test_real_models_are_named_and_reference_models_are_counted_rings() -> None:
    rows = [_point("m<1>", 0.5, 0.1)] + [_point(f"reference:r{n}", 0.0, 0.0) for n in range(3)]
    page = frontier_html(rows)
    assert re.findall(r'<text class="name m0"[^>]*>(.*?)</text>', page) == ["m&lt;1&gt;"]
    assert "×3</text>" in page and page.count('<g class="reference">') == 1
    assert "m<1>" not in page
    assert page.count("0.500 [0.400, 0.600]") == 2


def test_forty_models_look_different_and_the_values_table_is_the_key() -> None:
    assert len({(colour_of(look), shape_of(look)) for look in range(40)}) == 40
    for alike in ((3, 7), (2, 6)):  # colours that are near each other
        assert shape_of(alike[0]) != shape_of(alike[1])
    page = frontier_html([_point(f"m{n}", n / 20, 0.1) for n in range(12)])
    drawn = re.findall(r'class="glyph (m\d)".*?<title>(\w+):.*?</title>(<path[^>]*>)', page)
    key = re.findall(r'<svg class="key (m\d)"[^>]*>(<path[^>]*>)</svg> (\w+)</th>', page)
    assert len(drawn) == 12
    assert sorted(drawn) == sorted((colour, name, shape) for colour, shape, name in key)


def test_models_on_one_spot_are_counted_and_each_is_named() -> None:
    rows = [_point("m", 0.5, 0.1), _point("n", 0.5, 0.1), _point("o", 0.2, 0.1)]
    page = frontier_html([*rows, _point("reference:coin", 0.2, 0.1)])
    assert re.findall(r'class="count"[^>]*>(.*?)<', page) == ["×2"]
    assert re.findall(r'class="name m\d"[^>]*>(.*?)<', page) == ["m", "n", "o"]
    titles = re.findall(r'class="glyph.*?<title>(.*?)</title>', page, re.DOTALL)
    assert [re.findall(r"^\w", title, re.MULTILINE) for title in titles] == [["m", "n"]] * 2 + [
        ["o"]
    ]
    # A ring on the spot of a glyph is drawn around it.
    assert re.findall(r'<circle[^>]* r="(\d)"', page) == ["9"]


def test_a_model_without_a_tax_keeps_its_j_on_the_strip() -> None:
    page = frontier_html([_point("m", 0.5, None), _point("n", 0.2, 0.1)])
    assert "no tax stated" in page
    assert page.count('class="glyph') == 2
    assert "policy tax not stated" in page
    assert "no tax stated" not in frontier_html([_point("n", 0.2, 0.1)])


def test_a_policy_without_any_j_says_so() -> None:
    assert "No model has a J here" in frontier_html([_point("m", None, 0.1)])


def test_a_figure_names_whom_it_has_no_glyph_for_and_its_table_says_why() -> None:
    blocked = _point("b<>", None, None, J_note="all blocked", n=0)
    page = frontier_html([blocked, _point("m", 0.5, None, policy_tax_note="floor", n=9)])
    assert "No J, so not in the plot: b&lt;&gt;." in page
    assert "Values of 2 models" in page and "95 % interval" in page
    rows = re.findall(r"<tr><th scope=row>(?:<svg.*?</svg> )?(.*?)</th>(.*?)</tr>", page)
    assert [name for name, _ in rows] == ["m", "b&lt;&gt;"]
    assert "<td class=number>9</td><td class=meta>floor</td>" in rows[0][1]
    assert "<td class=number>0</td><td class=meta>all blocked</td>" in rows[1][1]
    assert "No J, so" not in frontier_html([_point("m", 0.5, 0.1)])
    alone = frontier_html([blocked])
    assert "No model has a J here" in alone and "all blocked" in alone


def test_what_the_console_warns_of_stands_in_the_report(
    rewrite: Callable[..., None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = RunSpec(models=("m",), policies=("us",), limit=1, references=False)
    evaluate(spec, tmp_path, engines={"m": FunctionEngine(lambda _: "...", name="m")})
    spec_as_asked = RunFolder(tmp_path).read_run().spec
    rewrite(tmp_path, spec=spec_as_asked | {"models": ["m", "never"]})
    conclusion = conclude(tmp_path)
    warn(conclusion.caveats)
    printed = capsys.readouterr().err.splitlines()
    held = _held((tmp_path / "report.html").read_text(encoding="utf-8"))["caveats"]
    assert [f"WARNING: {one['text']}" for one in held] == printed
    assert [one["model"] for one in held] == ["never", "m"]


def test_judges_that_are_not_to_be_trusted_and_ties_are_told_as_well(tmp_path: Path) -> None:
    judge = JudgeEntry(model="smollm2", failed=1, requests=2, last_error="tea", canaries_failed=1)
    panel = PanelEntry(models=("smollm2",), mode="hybrid", last_pass=(judge,))
    gaps = Gaps({}, {}, (), (), {}, {}, {}, {}, {})
    record = RUN.judged_by(panel, "1").with_results({"items.jsonl": "0" * 16})
    RunFolder(tmp_path).write_run(record)
    told = caveats(gaps, [Tie("m", "reference:coin")], RunFolder(tmp_path), record)
    assert [one.text[:34] for one in told] == [
        "judge smollm2: 1 of 2 requests fai",
        "judge smollm2 failed 1 of the 2 te",
        "model 'm' equals the baseline 'ref",
    ]
    assert [one.kind for one in told] == ["judge", "judge", "tie"]
    assert [one.model for one in told] == ["", "", "m"]


def test_a_row_has_the_plain_and_the_corrected_p_value() -> None:
    made = Estimate("J", "m", "p", "full", value=0.5, low=0.00004, high=1.0, p_value=0.01)
    first, second = other_rows([replace(made, p_holm=0.03), made])
    assert (first["p_value"], first["p_holm"]) == (0.01, 0.03)
    assert (first["printed"]["p_value"], first["printed"]["p_holm"]) == ("0.010", "0.030")
    assert first["printed"]["value_span"] == "[0.00004, 1.000]"
    assert second["p_holm"] is None and "p_holm" not in second["printed"]


def test_a_rule_has_one_row_a_model_with_its_metrics_side_by_side() -> None:
    base = Estimate("adherence", "m", "us", "full", slice="rule=core-threats", value=0.5, n=4)
    estimates = [
        base,
        replace(base, metric="excess", value=0.25),
        replace(base, metric="J", value=0.125),
        replace(base, metric="adherence", strength="brief"),
        replace(base, slice=""),
    ]
    rows = rule_rows(estimates, {"us": load_policy("us")})
    assert len(rows) == 1
    assert [rows[0][name]["value"] for name in ("adherence", "excess", "J")] == [0.5, 0.25, 0.125]
    assert (rows[0]["requires"], rows[0]["basis"]) == ("refuse", "modelling-choice")


def test_every_other_estimate_with_a_value_has_a_row_and_real_models_come_alone() -> None:
    def made(
        model: str, metric: str, value: float, slice: str = "", strength: str = "full"
    ) -> Estimate:
        return Estimate(metric, model, "p", strength, slice, value=value, low=0.0, high=1.0, n=4)

    mine = [
        made("m", "steerability", 0.5, "versus=q"),
        made("m", "language_gap", float("nan"), "lang=zh"),
        made("m", "excess", 0.5, "rule=r"),  # has its place in the table of rules
        made("m", "excess", 0.25, "rule=r", "strict"),
        made("m", "clause_effect", 0.5, "rule=r", "full-without:r"),
        made("m", "J", 0.75, "wording=1"),
    ]
    rows = other_rows([*mine, made("reference:coin", "steerability", 0.1, "versus=q")])
    assert [(row["model"], row["metric"], row["slice"], row["value"]) for row in rows] == [
        ("m", "steerability", "versus=q", 0.5),
        ("m", "excess", "rule=r", 0.25),
        ("m", "clause_effect", "rule=r", 0.5),
        ("m", "J", "wording=1", 0.75),
    ]
    assert [row["model"] for row in other_rows([made("reference:coin", "J", 0.1)])] == [
        "reference:coin"
    ]


def test_the_compliance_sheet_names_clause_and_state_of_the_source(
    frame: Callable[..., Any], behaved: Callable[..., Row]
) -> None:
    tagged = {"policy": "cn", "tags": "gbt-a1a"}
    rows = [behaved(f"r{n}", "refuse", "refuse", **tagged) for n in range(8)]
    rows += [behaved(f"a{n}", "answer", "refuse", policy="cn") for n in range(2)]
    policies = {"cn": load_policy("cn")}
    sheet = compliance_rows(check_thresholds(frame(rows), policies), policies)
    assert [row["threshold"] for row in sheet] == [t.id for t in policies["cn"].file.thresholds]
    first = sheet[0]
    assert (first["clause"], first["hits"], first["n"], first["point"]) == (
        "9.4",
        8,
        8,
        "too few items",
    )
    # The source was read; that its marks carry over to the standard in force was not.
    read = {source.id: source.status for source in policies["cn"].file.sources}
    assert read["tc260-003"] == "verified"
    assert first["source_status"] == "to-verify"
    assert "to be verified" in first["note"].lower()


def test_the_compliance_sheet_counts_each_answer_that_a_rate_lacks_under_one_reason(
    frame: Callable[..., Any], behaved: Callable[..., Row]
) -> None:
    tagged = {"policy": "cn", "tags": "gbt-a1a"}
    rows = [behaved(f"r{n}", "refuse", "refuse", **tagged) for n in range(4)]
    rows += [behaved(f"u{n}", "refuse", "unscored", **tagged) for n in range(3)]
    rows += [behaved(f"e{n}", "refuse", "unscored", error=True, **tagged) for n in range(2)]
    rows.append(behaved("b", "refuse", "unscored", blocked=True, **tagged))
    policies = {"cn": load_policy("cn")}
    (first, *_) = compliance_rows(check_thresholds(frame(rows), policies), policies)
    counts = ("hits", "n", "asked", "errors", "blocked", "unscored")
    assert [first[name] for name in counts] == [4, 4, 10, 2, 1, 3]
    assert (first["lower_bound"], first["upper_bound"]) == (4 / 7, 1.0)
    assert list(first) == [column.name for column in COMPLIANCE]


def _row(key: str, model: str, **changes: Any) -> Row:
    return JUDGED | {"item": "i", "key": key, "model": model} | changes


def _board() -> pd.DataFrame:
    return pd.DataFrame.from_records([_point("m", 0.5, 0.1)])
