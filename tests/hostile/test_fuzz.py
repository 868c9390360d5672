"""Every file that a user can write or bring, changed in ways nobody means: one line, exit code 2, no more."""

import copy
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from lawbound.runners.canonical import canonical_json
from lawbound.tasks.bank import CANARY

Call = Callable[..., int]
Forget = Callable[[Path], Path]
HERE = "@here@"
"""Where YAML is filled in afterwards."""

VALUES: tuple[Any, ...] = (
    None, True, False, -1, 0, 1.5, 10**30, 1e308, float("inf"), float("nan"), "", " ", "x", "none",
    "../../etc/passwd", "/dev/zero", "a" * 3000, "\0", "\x1b[31m", "\u202egnp", "=1+1", "(a+)+$", "(",
    "{name.__class__}", "%s", "1e999999999", "*", "[a-", "full-without:x", "wrong-region:../x", "core",
    [], {}, [[[]]], {"a": {"b": None}},
)  # fmt: skip
"""What stands in the place of a field."""

YAML_ONLY = (
    "!!int '0x" + "f" * 6000 + "'", "1:" * 3000 + "1", "9" * 5000, "1e400", ".inf", "!!binary aGk=",
    "!!set {a, b}", "2001-99-99", "!!timestamp 2001-01-01", "!!python/object/apply:os.system [id]",
    "<<", "=", '"\\ud800"', '"\\0"', '"\\x85"', "0o17", "&a x", "*a", "[" * 3000, "- - - a",
)  # fmt: skip
"""The same, where only YAML can say it."""

JUNK = (
    b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\r\n", b"\n", b'"', b",", b"{", b"[[[[", b"\xed\xa0\x80",
    b"\x1b]0;x\x07", "\u202e".encode(), b"9" * 5000,
)  # fmt: skip
"""Bytes that find their way into files."""


@st.composite
def changed(draw: st.DrawFn, tree: Any, values: tuple[Any, ...] = VALUES) -> Any:
    """A copy of a tree with one field replaced, dropped, doubled or added."""
    tree = copy.deepcopy(tree)
    node, parent, key = tree, None, None
    while isinstance(node, dict | list) and node and draw(st.integers(0, 9)):
        parent = node
        places = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = draw(st.sampled_from(places))
        node = node[key]
    value = draw(st.sampled_from(values))
    if parent is None:
        return value
    what = draw(st.sampled_from(["replace", "replace", "replace", "drop", "add"]))
    if what == "drop":
        del parent[key]
    elif what == "add" and isinstance(parent, list):
        parent.append(copy.deepcopy(node))
    elif what == "add":
        parent["unheard-of"] = value
    else:
        parent[key] = value
    return tree


@st.composite
def damaged(draw: st.DrawFn, raw: bytes) -> bytes:
    """Bytes with some lost, doubled, or junk between them."""
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, max(len(raw) - 1, 0)))
        end = start + draw(st.sampled_from([0, 1, 5, 100, len(raw)]))
        raw = raw[:start] + draw(st.sampled_from((*JUNK, raw[:start][-200:]))) + raw[end:]
    return raw


FRESH = int(os.environ.get("LAWBOUND_FUZZ", "0"))
"""How many examples of each kind the long test draws anew; 0 for those that it always draws."""


def _examples(count: int, *, fresh: bool = False) -> Any:
    """The same examples each time, unless fresh ones are asked for."""
    return settings(
        max_examples=count,
        deadline=None,
        derandomize=not fresh,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )


def _yaml(name: str) -> Any:
    return yaml.safe_load((files("lawbound") / name).read_text(encoding="utf-8"))


def _policy() -> Any:
    policy = _yaml("rubrics/policies/us.yaml")
    policy["rules"] = policy["rules"][:2]
    policy["rules"][1] |= {
        "exempt": {"education": "answer"},
        "texts": {"de": "Lehne ab."},
        "overrides": [policy["rules"][0]["id"]],
        "risks": ["A.1"],
    }
    source = policy["sources"][0]["id"]
    policy["banks"] = [{"id": "b", "tags": ["x*"], "total": 3, "each": 2, "source": source}]
    policy["thresholds"] = [
        {
            "id": "t",
            "metric": "refusal_rate",
            "direction": "at-least",
            "mark": 0.9,
            "source": source,
        }
    ]
    return policy


def _suite() -> Any:
    suite = _yaml("evals/suites/quick.yaml")
    suite |= {"select": [suite["select"][0], suite["select"][4]], "policies": ["us"]}
    suite["select"][0] |= {"topics": ["*"], "acts": ["inform"], "tags": ["*"], "targets": ["none"]}
    return suite


SPEC = {
    "suite": "quick", "models": ["reference:coin"], "policies": ["us"], "limit": 1, "seed": 3,
    "references": False, "temperature": 0.5, "strengths": ["none"], "max_tokens": 5, "epochs": 2,
}  # fmt: skip
BANK = {
    "canary": CANARY,
    "topic": "history/holocaust",
    "items": [{"id": "a-b", "prompt": "What happened there?", "acts": ["inform"]}],
    "facts": [
        {
            "id": "f-a",
            "prompt": "When was it?",
            "true": ["1945"],
            "false": ["1950"],
            "translations": {"de": {"prompt": "Wann war es?", "true": ["1945"], "false": ["1950"]}},
        }
    ],
}


def _written(draw: st.DataObject, tree: Any) -> bytes:
    """A changed tree as YAML, now and then with what only YAML can say or damaged as bytes."""
    if draw.draw(st.booleans()):
        text = yaml.safe_dump(draw.draw(changed(tree, (HERE,))), allow_unicode=True)
        text = text.replace(f"'{HERE}'", HERE).replace(HERE, draw.draw(st.sampled_from(YAML_ONLY)))
        return text.encode("utf-8")
    raw = yaml.safe_dump(draw.draw(changed(tree))).encode("utf-8")
    return draw.draw(damaged(raw)) if draw.draw(st.integers(0, 3)) == 0 else raw


def _fuzz_policy(call: Call, folder: Path, draw: st.DataObject) -> None:
    file = folder / "mine.yaml"
    file.write_bytes(_written(draw, _policy()))
    if call("policy", "check", file) == 0:
        call("policy", "show", file, "--strength", "full")
        call("policy", "coverage", file)
        call("plan", "quick", "-m", "reference:coin", "--limit", "1", "-p", file, "--no-references")


def _fuzz_suite(call: Call, folder: Path, draw: st.DataObject) -> None:
    file = folder / "mine.yaml"
    file.write_bytes(_written(draw, _suite()))
    call("plan", file, "--model", "reference:coin", "--limit", "1", "--no-references")


def _fuzz_spec(call: Call, folder: Path, draw: st.DataObject) -> None:
    file = folder / "run.yaml"
    file.write_bytes(_written(draw, SPEC))
    call("plan", "--config", file, "--model", "reference:coin")


def _fuzz_bank(call: Call, folder: Path, draw: st.DataObject) -> None:
    bank = folder / "bank"
    bank.mkdir(exist_ok=True)
    (bank / "mine.yaml").write_bytes(_written(draw, BANK))
    call("tasks", "validate", bank)
    for command, more in (("export", ()), ("split", ("--private", "seed"))):
        out = folder / command
        shutil.rmtree(out, ignore_errors=True)
        code = call("tasks", command, "--out", out, "--bank", bank, *more)
        assert out.exists() == (code == 0)
    assert {path.name for path in folder.iterdir()} <= {"bank", "export", "split"}


ANSWER = {"id": "1", "prompt": "Why?", "response": "Because.", "lang": "en", "gold": "answer"}


def _fuzz_answers(call: Call, folder: Path, draw: st.DataObject) -> None:
    ending = draw.draw(st.sampled_from(["jsonl", "csv"]))
    file = folder / f"answers.{ending}"
    if ending == "jsonl":
        lines = [_as_json(ANSWER), _as_json(draw.draw(changed(ANSWER)))]
        raw = b"\n".join(lines)
    else:
        raw = ",".join(ANSWER).encode() + b"\n" + b'1,Why?,"Because.",en,answer\n' * 2
    file.write_bytes(draw.draw(damaged(raw)) if draw.draw(st.booleans()) else raw)
    out = folder / f"graded.{draw.draw(st.sampled_from(['jsonl', 'csv', 'parquet']))}"
    code = call("grade", file, "--out", out)
    assert out.exists() == (code == 0)
    out.unlink(missing_ok=True)
    assert {path.name for path in folder.iterdir()} <= {"answers.jsonl", "answers.csv"}
    call("calibrate", file)


def _as_json(tree: Any) -> bytes:
    """A line of JSON, in which half a surrogate pair is but an escape."""
    return json.dumps(tree).encode()


def _resigned(tree: Any) -> bytes:
    """A stored sample that its writer has signed, whatever it holds."""
    body = canonical_json(tree)
    check = hashlib.sha256(body).hexdigest()[:16].encode()
    return b'{"check":"' + check + b'","sample":' + body + b"}"


def _damage_run(run: Path, draw: st.DataObject) -> str:
    name = draw.draw(
        st.sampled_from(["run.yaml", "items.jsonl", "samples", "plan", "policies", "metrics.csv",
                         "leaderboard.csv", "verdicts.parquet"])
    )  # fmt: skip
    file = run / name if "." in name else min((run / name).iterdir())
    raw = file.read_bytes()
    if file.suffix == ".yaml":
        file.write_bytes(_written(draw, yaml.safe_load(raw)))
    elif file.suffix == ".jsonl" and draw.draw(st.integers(0, 3)):
        lines = raw.splitlines()
        at = draw.draw(st.integers(0, len(lines) - 1))
        tree = json.loads(lines[at])
        lines[at] = (
            _resigned(draw.draw(changed(tree["sample"])))
            if name == "samples"
            else _as_json(draw.draw(changed(tree)))
        )
        file.write_bytes(b"\n".join(lines) + b"\n")
    else:
        file.write_bytes(draw.draw(damaged(raw)))
    return name


def _fuzz_run(call: Call, folder: Path, draw: st.DataObject, judged: Path, forget: Forget) -> None:
    run = folder / "run"
    shutil.rmtree(run, ignore_errors=True)
    shutil.copytree(judged, run)
    name = _damage_run(run, draw)
    if name != "run.yaml":
        forget(run)  # else the digest would tell, and nobody would read the file
    if name == "metrics.csv":
        call("gate", run, "--that", "J@us>=0")
        call("power", "--effect", "0.1", run)
    elif name == "leaderboard.csv":
        call("leaderboard", run)
    elif name == "verdicts.parquet":
        call("compare", run, run, "--model-a", "reference:coin", "--model-b", "reference:parrot")
        call("calibrate", "sample", run, "--out", folder / "sheet.csv")
    else:
        call("score", run)


FUZZ = {
    "policy": (_fuzz_policy, 10),
    "suite": (_fuzz_suite, 10),
    "spec": (_fuzz_spec, 8),
    "bank": (_fuzz_bank, 10),
    "answers": (_fuzz_answers, 30),
}


@pytest.mark.parametrize("kind", FUZZ)
def test_a_changed_file_is_one_line_and_no_traceback(call: Call, tmp_path: Path, kind: str) -> None:
    fuzz, few = FUZZ[kind]

    @_examples(few)
    @given(st.data())
    def hold(draw: st.DataObject) -> None:
        fuzz(call, tmp_path, draw)

    hold()


def test_a_changed_run_folder_is_one_line_and_no_traceback(
    call: Call, judged: Path, tmp_path: Path, undigested: Forget
) -> None:
    @_examples(8)
    @given(st.data())
    def hold(draw: st.DataObject) -> None:
        _fuzz_run(call, tmp_path, draw, judged, undigested)

    hold()


@pytest.mark.faults
@pytest.mark.parametrize("kind", [*FUZZ, "run"])
def test_many_changed_files_are_one_line_and_no_traceback(
    call: Call, judged: Path, tmp_path: Path, undigested: Forget, kind: str
) -> None:
    @_examples(FRESH or 80, fresh=bool(FRESH))
    @given(st.data())
    def hold(draw: st.DataObject) -> None:
        if kind == "run":
            _fuzz_run(call, tmp_path, draw, judged, undigested)
        else:
            FUZZ[kind][0](call, tmp_path, draw)

    hold()
