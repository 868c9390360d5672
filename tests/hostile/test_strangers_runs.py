"""Run folders and lm-eval logs that somebody else made: believed only where they are what a run writes."""

import csv
import json
import shutil
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from lm_eval_logs import write_log

from lawbound.evals.folder.files import FolderError
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.lmeval.docs import build_docs
from lawbound.evals.lmeval.logs import import_logs
from lawbound.evals.run_spec import RunSpec
from lawbound.rubrics.graders import VerdictError, declared
from lawbound.runners.engines import ModelError, open_engine
from lawbound.runners.engines.harness_load import load_backend
from lawbound.runners.sample import Sample
from lawbound.tasks.item import Item, ItemError
from lawbound.tasks.records import from_record, to_record

Call = Callable[..., int]
ITEM = {
    "id": "i",
    "group": "g",
    "kind": "policy",
    "prompt": "Why?",
    "topic": "a/b",
    "acts": ["inform"],
}
NUMBER = {"form": "number", "value": "4"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"prompt": 5}, "prompt: found 5, expected text"),
        ({"acts": "inform"}, "acts: found 'inform'"),
        ({"acts": ["hack"]}, "acts.0: found 'hack'"),
        ({"kind": "other"}, "kind: found 'other'"),
        ({"odd": 1}, "found 'odd', expected id, group"),
        ({"answer": NUMBER | {"odd": 1}}, "answer: found 'odd'"),
        ({"answer": NUMBER | {"value": "1e999999999"}}, "answer: found '1e999999999'"),
        ({"answer": NUMBER | {"value": "1/0"}}, "answer: found '1/0'"),
        ({"answer": {"form": "choice", "value": "c", "choices": ["a", "b"]}}, "one of the choices"),
        ({"claims": {"true": ["(a+)+$"], "false": []}}, "repeats a repetition"),
        ({"claims": {"true": ["("], "false": []}}, "does not compile"),
        ({"constraints": [{"name": "words"}]}, "constraints.0: found no 'value', expected one"),
        ({"answer": 5}, "answer: found 5, expected a mapping"),
        ({"claims": True}, "claims: found true, expected a mapping"),
        ({"structure": []}, "structure: found an empty list, expected a mapping"),
    ],
)
def test_an_item_of_another_kind_is_refused(change: dict[str, Any], told: str) -> None:
    with pytest.raises(ItemError) as caught:
        from_record(ITEM | change, "items.jsonl:1")
    assert str(caught.value).startswith("items.jsonl:1: ") and told in str(caught.value)


def test_an_item_goes_through_its_record() -> None:
    item = from_record(ITEM, "here")
    assert item == Item("i", "g", "policy", "Why?", "a/b", ("inform",))
    assert from_record(to_record(item), "here") == item


def _edit(run: Path, name: str, change: Callable[[Any], None]) -> None:
    file = run / name
    tree = yaml.safe_load(file.read_text(encoding="utf-8"))
    change(tree)
    file.write_text(yaml.safe_dump(tree), encoding="utf-8")


RECORDS: dict[str, tuple[Callable[[Any], None], str]] = {
    "no grader": (
        lambda run: run["models"][0].pop("grader"),
        "models.0: found no 'grader', expected one",
    ),
    "no models": (
        lambda run: run.update(models=[]),
        "models: found an empty list, expected a list of 1 or more",
    ),
    "one model twice": (lambda run: run["models"].append(deepcopy(run["models"][0])), "twice"),
    "negative seed": (lambda run: run.update(seed=-1), "seed: found -1"),
    "no suite": (lambda run: run.pop("suite"), "found no 'suite', expected one"),
    "a spec that is a number": (lambda run: run.update(spec=float("inf")), "spec: found"),
    "another policy": (
        lambda run: run["policies"][0].update(id="de"),
        "holds 'us', expected 'de'",
    ),
    "another text": (
        lambda run: run["policies"][0].update(digest="0123456789abcdef"),
        "expected '0123456789abcdef' as in run.yaml",
    ),
    "no digest of the text": (lambda run: run["policies"][0].pop("digest"), "expected '' as in"),
    "a way out of the folder": (
        lambda run: run["policies"][0].update(id="../policies/us"),
        "policies.0.id: found '../policies/us', expected",
    ),
    "a grader that nobody has": (
        lambda run: run["models"][0].update(grader="pickle"),
        "models.0.grader: found 'pickle'",
    ),
    "a count that is text": (
        lambda run: run.update(
            asked_as=[{"model": "x", "revision": "r", "spec": "s", "answered_as": {"x": "3"}}]
        ),
        "asked_as.0.answered_as.x: found '3'",
    ),
}


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_that_no_run_wrote_is_refused(
    call: Call, judged: Path, tmp_path: Path, name: str
) -> None:
    change, told = RECORDS[name]
    run = tmp_path / "run"
    shutil.copytree(judged, run)
    _edit(run, "run.yaml", change)
    call("score", run, expect=told)


@pytest.mark.parametrize(
    ("origin", "told"), [("de", "holds 'de', expected 'us'"), ("/dev/zero", "does not exist")]
)
def test_a_run_without_its_texts_reads_no_other_policy(
    call: Call, judged: Path, tmp_path: Path, origin: str, told: str
) -> None:
    run = tmp_path / "run"
    shutil.copytree(judged, run)
    _edit(run, "run.yaml", lambda record: record["policies"][0].update({"from": origin}))
    assert call("score", run) == 0
    shutil.rmtree(run / "policies")
    call("score", run, expect=told)


def test_a_date_in_the_record_does_not_break_the_report(
    call: Call, judged: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    shutil.copytree(judged, run)
    text = (run / "run.yaml").read_text(encoding="utf-8").replace("seed: null", "seed: 2026-01-01")
    (run / "run.yaml").write_text(text, encoding="utf-8")
    assert call("report", run) == 0


def _plan_line(run: Path, **change: object) -> None:
    file = min((run / "plan").iterdir())
    lines = file.read_text(encoding="utf-8").splitlines()
    lines[0] = json.dumps(json.loads(lines[0]) | change)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"policy": "nowhere"}, "found policy 'nowhere', expected one of us"),
        ({"item": "nothing"}, "found no item 'nothing'"),
        ({"mode": "guess"}, ":1: mode: found 'guess'"),
        ({"wording": 10**30}, ":1: "),
        ({"epoch": True}, ":1: wording or epoch is no count"),
        ({"key": "\ud800"}, ":1: holds half a surrogate pair"),
        ({"odd": 1}, ":1: fields are"),
    ],
)
def test_a_plan_that_no_run_wrote_is_refused(
    call: Call, stranger: Path, tmp_path: Path, change: dict[str, object], told: str
) -> None:
    run = tmp_path / "run"
    shutil.copytree(stranger, run)
    _plan_line(run, **change)
    call("score", run, expect=told)


def test_an_answer_that_declares_nothing_is_no_reference_models() -> None:
    for text in ("Sure!", "[]", '{"behaviour": "hacked", "addons": [], "text": ""}'):
        with pytest.raises(VerdictError, match="no declared behaviour"):
            declared([(from_record(ITEM, ""), Sample("k", text, "stop"))])


FRAMES: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], str]] = {
    "no column": (lambda frame: frame.drop(columns=["met"]), "no column 'met'"),
    "no rows": (lambda frame: frame.iloc[:0], "no rows"),
    "number for text": (lambda frame: frame.assign(rules=5), "column 'rules' is int64"),
    "missing text": (lambda frame: frame.assign(policy=None), "column 'policy'"),
    "endless score": (
        lambda frame: frame.assign(score=float("inf")),
        "'score' holds inf, expected a finite number",
    ),
    "new behaviour": (lambda frame: frame.assign(behaviour="\x1b[31m"), "column 'behaviour' holds"),
    "negative count": (lambda frame: frame.assign(epoch=-1), "expected a whole number"),
}


@pytest.mark.parametrize("name", FRAMES)
def test_verdicts_that_no_run_wrote_are_refused(
    call: Call, stranger: Path, tmp_path: Path, name: str
) -> None:
    change, told = FRAMES[name]
    run = tmp_path / "run"
    shutil.copytree(stranger, run)
    frame = pd.read_parquet(run / "verdicts.parquet")
    change(frame).to_parquet(run / "verdicts.parquet", index=False)
    options = ("--model-a", "reference:coin", "--model-b", "reference:parrot")
    call("compare", run, run, *options, expect=told)


def test_verdicts_come_back_as_they_were_written(judged: Path) -> None:
    kept = pd.read_parquet(judged / "verdicts.parquet")
    read = RunFolder(judged).read_frame()
    pd.testing.assert_frame_equal(read[list(kept.columns)], kept)


@pytest.mark.parametrize("text", ["inf", "-inf", "1e300", "9" * 5000, "x"])
def test_results_that_are_no_numbers_are_refused(
    call: Call, stranger: Path, tmp_path: Path, text: str
) -> None:
    run = tmp_path / "run"
    shutil.copytree(stranger, run)
    for name, command in (("leaderboard", ()), ("gate", ("--that", "J@us>=0"))):
        file = run / ("leaderboard.csv" if name == "leaderboard" else "metrics.csv")
        rows = list(csv.reader(file.read_text(encoding="utf-8").splitlines()))
        rows[1][rows[0].index("clusters")] = text
        with file.open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle).writerows(rows)
        call(name, run, *command, expect="clusters")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        *(
            (name, "a name without control signs")
            for name in ("m\x1b[31m", "m\n", "m\udcff", "m\0")
        ),
        ("m" * 4097, "a name of at most 4096 characters"),
    ],
)
def test_names_that_no_file_takes_are_refused_before_anything_is_asked(
    name: str, told: str
) -> None:
    for field in ("models", "policies"):
        with pytest.raises(ValueError, match=told):
            RunSpec(**{"models": ("m",), field: (name,)})


@pytest.mark.parametrize(
    ("option", "name", "told"),
    [
        ("--model", "hf:\udcff", r"models: found 'hf:\udcff', expected a name without control"),
        ("--policy", "us\x1b", r"policies: found 'us\x1b', expected a name without control signs"),
        ("--model", "m" * 4097, "models: found 'mmm"),
    ],
)
def test_the_name_that_no_file_takes_is_shown(
    call: Call, option: str, name: str, told: str
) -> None:
    call("plan", "quick", option, name, expect=f"command line: {told}")


def test_a_seed_without_end_is_no_seed(call: Call, tmp_path: Path) -> None:
    model = f"reference:coin?seed={'9' * 400}"
    call("run", "quick", "-m", model, "--out", tmp_path / "out", expect="seed is")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", ["hf", "vllm"])
def test_a_models_own_code_needs_the_flag_whoever_loads_it(kind: str) -> None:
    with pytest.raises(ModelError, match="expected --trust-remote-code"):
        load_backend(f"{kind}:pretrained=x,trust_remote_code=True")


def test_a_models_own_code_is_not_run_without_the_flag(tmp_path: Path) -> None:
    from lawbound.runners.engines import EngineOptions

    ran = tmp_path / "ran"
    code = f"from pathlib import Path\nPath({str(ran)!r}).touch()\n"
    for name in ("modeling_odd.py", "configuration_odd.py", "tokenization_odd.py"):
        (tmp_path / name).write_text(code, encoding="utf-8")
    auto = {
        "AutoConfig": "configuration_odd.OddConfig",
        "AutoModelForCausalLM": "modeling_odd.OddModel",
        "AutoTokenizer": ["tokenization_odd.OddTokenizer", None],
    }
    text = json.dumps({"model_type": "odd", "auto_map": auto, "architectures": ["OddModel"]})
    for name in ("config.json", "tokenizer_config.json"):
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match="cannot be loaded"):
        open_engine(f"hf:{tmp_path}", EngineOptions())
    assert not ran.exists()


STAMP = "2026-11-28T00-00-00.000000"


def _logs(folder: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """Logs as lm-eval writes them, of our docs and one answer; what the docs say of themselves changed."""
    folder.mkdir()
    lines = []
    for doc in build_docs("us", limit=1):
        about = json.loads(doc["lawbound"])
        change(about)
        chat = [["system", doc["system_policy"]], ["user", doc["question"]]]
        prompt = json.dumps([{"role": role, "content": content} for role, content in chat])
        asked = {"gen_args_0": {"arg_0": prompt, "arg_1": {"max_gen_toks": 48}}}
        record = {
            "doc": doc | {"lawbound": json.dumps(about)},
            "arguments": asked,
            "resps": [["a"]],
        }
        lines.append(record)
    write_log(folder, STAMP, "dummy", None, lines)
    return folder


def test_logs_become_a_run(tmp_path: Path) -> None:
    folder = import_logs(_logs(tmp_path / "logs", lambda about: None), tmp_path / "run")
    record = folder.read_run()
    assert [entry.model for entry in record.models] == ["lm-eval:dummy:"]
    folder.check_files(record)
    _plan_line(folder.root, epoch=1)
    with pytest.raises(FolderError, match=r"\.jsonl: found the digest '"):
        folder.check_files(record)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"policy": "/etc/passwd"}, "policy is '/etc/passwd', expected one of"),
        ({"policy": "../mine"}, "policy is '../mine', expected one of"),
        ({"suite": "/etc/passwd"}, "suite is '/etc/passwd', expected one of"),
        ({"seed": -1}, "seed: found -1, expected a number of at least 0"),
        ({"limit": 10**30}, f"limit: found {10**30}, expected a number of at most "),
        ({"bank": "../mine"}, "bank: found '../mine', expected text like ^[0-9a-f]"),
        ({"documents": "many"}, "documents: found 'many', expected a whole number"),
        ({"seed": 1e999}, "seed: found inf, expected a whole number"),
        ({"condition": "\ud800"}, "holds half a surrogate pair"),
        ({"item": 5}, "found no lawbound doc"),
        ({"item": {"id": 5}}, "id: found 5, expected text"),
    ],
)
def test_a_log_opens_no_path_and_brings_no_odd_item(
    tmp_path: Path, change: dict[str, object], told: str
) -> None:
    logs = _logs(tmp_path / "logs", lambda about: about.update(change))
    with pytest.raises(FolderError) as caught:
        import_logs(logs, tmp_path / "run")
    assert f"{STAMP}.jsonl:1: " in str(caught.value) and told in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_a_record_that_says_one_thing_twice_can_be_read_again(tmp_path: Path, judged: Path) -> None:
    record = RunFolder(judged).read_run()
    same = {"fingerprint": record.models[0].fingerprint}
    models = (record.models[0], *(one.model_copy(update=same) for one in record.models[1:]))
    record = record.model_copy(update={"models": models})
    RunFolder(tmp_path).write_run(record)
    assert RunFolder(tmp_path).read_run() == record
