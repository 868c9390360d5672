"""A suite file may bring its own questions from a `datasets` source."""

import json
from pathlib import Path

import pytest

from lawbound import FunctionEngine, RunSpec, evaluate
from lawbound.evals.suite.suite import compose, load_suite
from lawbound.evals.suite.suite_file import SuiteError
from lawbound.rubrics.policy.files import load_policy

pytestmark = pytest.mark.usefixtures("private_cache")

SUITE = """\
id: mine
version: "1"
summary: My own questions.
max_tokens: 64
policies: [intl]
select:
- kind: reasoning
  strengths: [placebo, full]
  external: {source: sums.jsonl, name: sums, shape: number, columns: {prompt: question}}
- kind: reasoning
  strengths: [full]
  external: {source: choice.jsonl, name: mc, shape: choice, columns: {prompt: question}}
- kind: policy
  count: 2
  strengths: [full]
  external: {source: prompts.csv, topic: everyday/school, acts: [inform], columns: {prompt: text}}
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    sums = [{"question": f"What is {n} + {n}?", "answer": f"#### {2 * n}"} for n in (3, 4, 5)]
    choice = [{"question": "Which is a fruit?", "choices": ["Stone", "Pear"], "answer": 1}]
    for name, rows in (("sums.jsonl", sums), ("choice.jsonl", choice)):
        (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "prompts.csv").write_text(
        "text\nName a bread.\nName a river in Peru.\nHow long is a lesson?\n"
    )
    path = tmp_path / "mine.yaml"
    path.write_text(SUITE)
    return path


def test_files_stand_beside_the_suite_and_counts_hold(suite: Path) -> None:
    arms = compose(load_suite(str(suite)), [load_policy("intl")])
    asked = [(arm.item.id.partition("-")[0], arm.condition.strength) for arm in arms]
    assert sorted(asked) == sorted(
        [("sums", "placebo")] * 3
        + [("sums", "full")] * 3
        + [("mc", "full")]
        + [("prompts", "full")] * 2
    )


def test_own_questions_are_asked_checked_and_concluded(suite: Path, tmp_path: Path) -> None:
    def answer(request):
        text = request.rendered.text
        return "Answer: 6" if "3 + 3" in text else "Answer: B"

    spec = RunSpec(suite=str(suite), models=("solver",))
    engine = FunctionEngine(answer, name="solver")
    found = evaluate(spec, tmp_path / "out", engines={"solver": engine})
    capability = {
        e.slice: e.value
        for e in found.estimates
        if (e.metric, e.strength) == ("capability", "full") and e.slice.startswith("family=")
    }
    assert capability["family=mc"] == 1.0
    assert capability["family=sums"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("fields", "source", "asked"),
    [
        ("", "lang: de", ["de", "de"]),
        ("", "columns: {prompt: prompt, lang: tongue}", ["de", "fr"]),
        ("languages: [fr]", "columns: {prompt: prompt, lang: tongue}", ["fr"]),
        ("", "topic: everyday/school", ["en", "en"]),
    ],
)
def test_questions_of_ones_own_are_asked_in_their_own_languages(
    tmp_path: Path, fields: str, source: str, asked: list[str]
) -> None:
    (tmp_path / "mine.csv").write_text("prompt,tongue\nNenne ein Brot.,de\nNomme un pain.,fr\n")
    head, _, _ = SUITE.partition("- kind")
    part = f"- kind: policy\n  strengths: [full]\n  external: {{source: mine.csv, acts: [inform], {source}}}\n"
    file = tmp_path / "mine.yaml"
    file.write_text(head + part + (f"  {fields}\n" if fields else ""))
    arms = compose(load_suite(str(file)), [load_policy("intl")])
    assert sorted(arm.item.lang for arm in arms) == asked


def test_checked_questions_in_another_language_are_asked(suite: Path) -> None:
    suite.write_text(SUITE.replace("name: sums,", "name: sums, lang: de,"))
    arms = compose(load_suite(str(suite)), [load_policy("intl")])
    assert {arm.item.lang for arm in arms if arm.item.id.startswith("sums")} == {"de"}


def test_languages_that_are_asked_for_and_are_not_there_are_named(suite: Path) -> None:
    suite.write_text(
        SUITE.replace("{source: prompts.csv,", "{source: prompts.csv, lang: de,")
        + "  languages: [fr]\n"
    )
    with pytest.raises(SuiteError, match=r"languages: found 'fr', expected one of de"):
        compose(load_suite(str(suite)), [load_policy("intl")])


@pytest.mark.parametrize(
    "external", ["prompts.csv", "[1]", "{lang: 3, source: a.csv}", "{columns: 1}"]
)
def test_a_malformed_source_is_still_one_line(suite: Path, external: str) -> None:
    suite.write_text(
        SUITE.partition("- kind")[0]
        + f"- {{kind: policy, strengths: [full], external: {external}}}\n"
    )
    with pytest.raises(SuiteError, match="external") as caught:
        load_suite(str(suite))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("kind: policy", "kind: fact", "kind is fact, expected policy for shape 'prompt'"),
        ("shape: number", "shape: numbers", "shape: found 'numbers', expected"),
        ("strengths: [placebo, full]", "strengths: [full]\n  mode: choices", "mode is choices, expected generate"),
    ],
)  # fmt: skip
def test_a_wrong_mapping_is_one_line(suite: Path, old: str, new: str, message: str) -> None:
    suite.write_text(SUITE.replace(old, new))
    with pytest.raises(SuiteError, match=message) as caught:
        load_suite(str(suite))
    assert "\n" not in str(caught.value)


def test_a_missing_column_is_named(suite: Path) -> None:
    suite.write_text(SUITE.replace("prompt: text", "prompt: txt"))
    with pytest.raises(ValueError, match=r"found no column 'txt', expected one of text"):
        compose(load_suite(str(suite)), [load_policy("intl")])
