"""What is wrong in what a user gives is one line that says where, exit code 2, and nothing is written."""

from collections.abc import Callable
from pathlib import Path

import pytest

import lawbound

Command = Callable[..., tuple[int, str, str]]


def _one_line(code: int, out: str, err: str) -> str:
    assert code == 2
    assert out == ""
    last = err.splitlines()[-1]
    assert last.startswith("error: ") and err.count("error: ") == 1 and "Traceback" not in err
    return last


@pytest.mark.parametrize(
    "words, told",
    [
        (("run", "quick", "--modle", "x"), "error: lawbound run: No such option: --modle"),
        (
            ("run", "quick", "--limit", "many"),
            "error: lawbound run: --limit is 'many', expected a whole number",
        ),
        (("compare", "out"), "error: lawbound compare: Missing argument 'second'"),
        (("frob\x1b[31m",), "error: lawbound: No such command 'frob"),
    ],
)
def test_a_misused_command_is_one_line_that_names_its_help(
    command: Command, words: tuple[str, ...], told: str
) -> None:
    code, out, err = command(*words)
    assert _one_line(code, out, err).startswith(told)
    assert err.count("\n") == 1 and " -h)" in err and "\x1b" not in err


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["--policy", "cnn"], ["'cnn'", "did you mean 'cn'", "intl"]),
        (["--policy", "DE"], ["'DE'", "did you mean 'de'"]),
        (["quik"], ["suite 'quik'", "did you mean 'quick'"]),
        (["--model", "gpt"], ["model 'gpt'", "expected smollm2, hf:NAME_OR_PATH"]),
        (
            ["--model", "refrence:coin"],
            ["'refrence:coin': unknown form", "did you mean 'reference'?"],
        ),
        (["--model", "opnai:a@http://127.0.0.1:1/v1"], ["did you mean 'openai'?"]),
        (["--model", "smollm"], ["did you mean 'smollm2'?"]),
        (["--model", "openai:name"], ["openai:NAME@URL"]),
        (["--model", "openai:@http://127.0.0.1:1/v1"], ["no name before '@'"]),
        (["--dtype", "int3"], ["dtype is 'int3', expected one of float32"]),
        (["--device", "tpu"], ["device is 'tpu', expected auto, cpu, cuda"]),
        (["--model", "reference:always-refuze"], ["did you mean 'always-refuse'"]),
        (["--model", "reference:synthetic?adherense=1"], ["adherense", "adherence"]),
        (
            ["--model", "reference:synthetic?over_refusal=-1"],
            ["over_refusal is -1, expected 0 to 1"],
        ),
        (["--model", "reference:synthetic?capability=nan"], ["capability is nan, expected 0 to 1"]),
        (
            ["--model", "reference:synthetic?policy_tax=0.9&capability=0.1"],
            ["capability 0.1 less policy_tax 0.9 is -0.8, expected 0 to 1"],
        ),
        (
            ["--model", "reference:coin?adherence=0.2"],
            ["reference:coin: found parameter 'adherence', expected one of seed"],
        ),
        (
            ["--model", "reference:coin?seed=3.7"],
            ["reference:coin: seed is 3.7, expected a whole number"],
        ),
        (["--model", "reference:coin?seed=x"], ["reference:coin: seed is 'x', expected a number"]),
        (["--model", "hf:no/such/folder"], ["no/such/folder"]),
        (["--strength", "fulll"], ["fulll"]),
    ],
)
def test_a_wrong_name_is_one_line_and_nothing_is_written(
    command: Command, tmp_path: Path, arguments: list[str], parts: list[str]
) -> None:
    out = tmp_path / "out"
    defaults = {"--model": "reference:empty", "--policy": "us"}
    given = [*arguments, "--out", str(out), "--no-references"]
    for name, value in defaults.items():
        if name not in arguments:
            given += [name, value]
    err = _one_line(*command("run", *given))
    assert all(part in err for part in parts)
    assert not list(out.glob("*.csv"))


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["--kind", "facts"], ["kind is 'facts'", "fact, policy"]),
        (["--lang", "xx"], ["lang is 'xx'", "zh"]),
        (["--topic", "histori/holocaust"], ["did you mean 'history/holocaust'"]),
    ],
)
def test_listing_what_does_not_exist_is_one_line(
    command: Command, arguments: list[str], parts: list[str]
) -> None:
    err = _one_line(*command("tasks", "list", *arguments))
    assert all(part in err for part in parts)


BAD_FILES = {
    "not yaml": ("suite.yaml", "id: [", "line "),
    "not utf-8": ("suite.yaml", b"id: \xff\xfe", "UTF-8"),
    "unknown field": ("suite.yaml", "id: x\nversion: '1'\nsummary: s\nselekt: []\n", "selekt"),
    "misspelt field": (
        "suite.yaml",
        "id: x\nversion: '1'\nsummary: s\nselect: [{kind: policy, pick: open, strength: [full]}]\n",
        "select.0: found key 'strength', expected one of",
    ),
    "wrong value": (
        "suite.yaml",
        "id: x\nversion: '1'\nsummary: s\nselect: [{kind: policy, pick: hard, strengths: [full]}]\n",
        "'hard'",
    ),
    "bomb": ("suite.yaml", "a: &a [x]\nb: &b [*a, *a]\n", "alias"),
    "twice": ("suite.yaml", "id: x\nid: y\n", "twice"),
    "a list": ("suite.yaml", "- 1\n", "suite.yaml"),
    "empty": ("suite.yaml", "", "suite.yaml"),
    "nul": ("suite.yaml", "id: \x00", "suite.yaml"),
    "deep": ("suite.yaml", "[" * 5000, "suite.yaml"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_suite_file_is_one_line_with_its_place(
    command: Command, tmp_path: Path, name: str
) -> None:
    file_name, content, part = BAD_FILES[name]
    file = tmp_path / file_name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    out = tmp_path / "out"
    err = _one_line(
        *command("run", str(file), "--model", "reference:empty", "--policy", "us", "-o", str(out))
    )
    assert part in err and "suite.yaml" in err
    assert not out.exists()


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("id: x\n", "name"),
        (
            "id: x\nname: X\nversion: '1'\nlanguages: [en]\nsummary: s\nsources: []\nrules: [{id: a}]\n",
            "rule 'a': found no 'source'",
        ),
        ("id: [", "line "),
    ],
)
def test_a_bad_policy_file_is_one_line_with_its_place(
    command: Command, tmp_path: Path, content: str, part: str
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(content, encoding="utf-8")
    err = _one_line(*command("policy", "check", str(file)))
    assert part in err and "mine.yaml" in err


def test_a_bad_bank_file_is_one_line_with_its_place(command: Command, tmp_path: Path) -> None:
    (tmp_path / "history-holocaust.yaml").write_text("canary: no\ntopic: x\n", encoding="utf-8")
    err = _one_line(*command("tasks", "validate", str(tmp_path)))
    assert "history-holocaust.yaml: canary" in err


def test_a_folder_without_questions_is_no_valid_bank(command: Command, tmp_path: Path) -> None:
    err = _one_line(*command("tasks", "validate", str(tmp_path)))
    assert f"{tmp_path}: holds no items, expected a bank" in err
    err = _one_line(*command("tasks", "validate", str(tmp_path / "gone")))
    assert "gone: is no folder, expected a bank" in err
    err = _one_line(*command("tasks", "validate", str(tmp_path), "--bank", str(tmp_path / "gone")))
    assert f"found {tmp_path} and --bank {tmp_path / 'gone'}, expected one of them" in err


def test_a_bad_responses_file_is_one_line_with_its_place(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "answers.jsonl"
    file.write_text(
        '{"id": "a", "prompt": "Q?", "response": "A."}\n{"id": "b"}\n', encoding="utf-8"
    )
    target = tmp_path / "graded.jsonl"
    err = _one_line(*command("grade", str(file), "--out", str(target)))
    assert "answers.jsonl" in err and "2" in err
    assert not target.exists()


def test_calibrate_looks_where_to_write_before_it_grades(command: Command, tmp_path: Path) -> None:
    file, taken = tmp_path / "a.jsonl", tmp_path / "a.csv"
    file.write_text(
        '{"id": "a", "prompt": "Why?", "response": "No.", "gold": "refuse"}\n', encoding="utf-8"
    )
    taken.touch()
    for out in (taken, taken / "below"):
        err = _one_line(*command("calibrate", str(file), "--out", str(out)))
        assert f"{taken}: is no folder, expected one" in err
    code, _, err = command("calibrate", str(file), "--out", str(tmp_path / "new" / "folder"))
    assert code == 0 and "wrote" in err


def test_a_folder_that_is_no_run_is_one_line(command: Command, tmp_path: Path) -> None:
    assert "run.yaml" in _one_line(*command("score", str(tmp_path)))
    assert "is no folder" in _one_line(*command("report", str(tmp_path / "none")))
    (tmp_path / "items.jsonl").touch()
    assert "run it again" in _one_line(*command("score", str(tmp_path)))


def test_a_plan_that_names_an_unknown_item_is_one_line(
    command: Command, tmp_path: Path, undigested: Callable[[Path], Path]
) -> None:
    out = tmp_path / "out"
    arguments = ["--model", "reference:coin", "--policy", "us", "--limit", "2", "--no-references"]
    command("run", *arguments, "--out", str(out))
    undigested(out)
    (out / "items.jsonl").write_text("", encoding="utf-8")
    assert "items.jsonl: found no item" in _one_line(*command("score", str(out)))


def test_two_policies_of_one_id_are_not_run_as_one(command: Command, tmp_path: Path) -> None:
    command("policy", "new", "acme", "--out", str(tmp_path / "acme.yaml"))
    file = tmp_path / "own.yaml"
    file.write_text(
        (tmp_path / "acme.yaml").read_text(encoding="utf-8").replace('id: "acme"', 'id: "de"', 1),
        encoding="utf-8",
    )
    model = ("--model", "reference:empty", "--no-references", "--limit", "1")
    out = tmp_path / "out"
    err = _one_line(*command("run", "quick", *model, "--policy", f"de,{file}", "--out", str(out)))
    assert "has the id 'de' of 'de'" in err
    assert not out.exists()
    code, plan, _ = command("plan", "quick", *model, "--policy", "de,de")
    assert (code, plan) == command("plan", "quick", *model, "--policy", "de")[:2]


@pytest.mark.parametrize("policy", ["de", "core"])
def test_a_new_policy_takes_no_shipped_id(command: Command, tmp_path: Path, policy: str) -> None:
    file = tmp_path / "new.yaml"
    assert "that no shipped policy has" in _one_line(
        *command("policy", "new", policy, "--out", str(file))
    )
    assert not file.exists()


def test_a_new_policy_that_cannot_be_written_says_so(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "nodir" / "zz.yaml"
    told = _one_line(*command("policy", "new", "zz", "--out", str(file)))
    assert f"{file}: cannot be written (No such file or directory)" in told


def test_an_unknown_item_suggests_its_neighbours(command: Command) -> None:
    assert "nearest: holocaust-011," in _one_line(*command("tasks", "show", "holocaust-0011"))
    assert "nearest: holocaust-001" in _one_line(*command("tasks", "show", "Holocaust-001"))


def test_an_item_like_no_other_sends_to_the_list_of_items(command: Command) -> None:
    for words in (("tasks", "show", "nope-001"), ("policy", "explain", "de", "nope")):
        told = _one_line(*command(*words))
        assert told.endswith("expected an id of the bank; see `lawbound tasks list --items`")


def test_scoring_nothing_names_both_that_can_be_scored(command: Command, tmp_path: Path) -> None:
    for folder, found in ((tmp_path, "holds neither"), (tmp_path / "none", "is no folder")):
        assert _one_line(*command("score", str(folder))) == (
            f"error: {folder}: {found}, expected a run folder (with run.yaml) or a folder of lm-eval's logs"
        )


def test_items_of_ones_own_are_held_against_a_policy_before_a_run(
    command: Command, tmp_path: Path
) -> None:
    shipped = Path(lawbound.__file__).parents[1] / "tasks" / "bank" / "history-holocaust.yaml"
    text = shipped.read_text(encoding="utf-8").replace("holocaust-", "mine-")
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    own = ("--bank", str(tmp_path))
    ids = [
        line.split()[0] for line in command("tasks", "list", "--items", *own)[1].splitlines()[1:]
    ]
    assert ids and all(name.startswith("mine-") for name in ids)
    assert "mine-" in command("tasks", "show", ids[0], *own)[1]
    assert "de requires" in command("policy", "explain", "de", ids[0], *own)[1]
    assert command("policy", "coverage", "de", *own)[1] != command("policy", "coverage", "de")[1]
    assert all(
        "mine-" in line
        for line in command("policy", "diff", "de", "us", *own)[1].splitlines()[1:-2]
    )
    code, out, err = command("policy", "check", "de", "--bank", str(tmp_path / "no"))
    assert "is no folder, expected a bank" in _one_line(code, out, err)
