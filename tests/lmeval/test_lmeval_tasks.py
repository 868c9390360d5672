"""Our tasks inside lm-eval: whose an argument is, own policies, limits, and what would not reach the model."""

import json
import math
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from lm_eval_logs import TASKS, only_ours

from lawbound import lmeval
from lawbound.evals.conclude import conclude
from lawbound.evals.folder.files import FolderError
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.lmeval.docs import build_docs, parse_doc
from lawbound.evals.lmeval.handed_out import HandedOut
from lawbound.evals.lmeval.logs import LeftOutWarning, import_logs
from lawbound.evals.lmeval.precheck import TaskError, warn_once
from lawbound.evals.suite.suite import compose, load_suite
from lawbound.rubrics.policy.files import load_policy, shipped
from lawbound.rubrics.policy.scaffold import scaffold

Command = Callable[..., tuple[int, str, str]]

# lm-eval itself warns a great deal; what we promise is that it works, not that it is silent.
pytestmark = [
    pytest.mark.filterwarnings("default"),
    pytest.mark.model,
    pytest.mark.usefixtures("chat_model", "only_our_tasks"),
]

FEW = '{"lawbound": {"limit_items": 1}}'
TEMPLATE = "{% for m in messages %}<{{ m['role'] }}> {{ m['content'] }} {% endfor %}"


def _lm_eval(*arguments: str, tasks: str = "lawbound_cn") -> None:
    """The plain command."""
    from lm_eval.__main__ import cli_evaluate

    given = ["lm_eval", "run", "--include_path", str(TASKS), "--tasks", tasks, *arguments]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", given)
        cli_evaluate()


def _lines(logs: Path) -> list[dict[str, Any]]:
    (file,) = logs.rglob("samples_*.jsonl")
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _error(command: Command, *arguments: object) -> str:
    """The one line of our own command."""
    code, _, err = command(*arguments)
    assert code == 2
    return err.splitlines()[-1]


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Logs of the plain command; its model was given a seed."""
    out: Path = tmp_path_factory.mktemp("logs")
    with only_ours():
        _lm_eval(
            "--model", "lawbound-chat", "--model_args", "seed=7", "--apply_chat_template",
            "--log_samples", "--output_path", str(out), "--metadata", FEW,
        )  # fmt: skip
    return out


def test_a_seed_of_the_model_draws_no_other_items(logs: Path) -> None:
    asked = [(line["doc"]["item"], line["doc"]["condition"]) for line in _lines(logs)]
    expected = [(doc["item"], doc["condition"]) for doc in build_docs("cn", limit=1)]
    assert asked == expected


def test_what_stands_under_our_name_is_ours() -> None:
    (mine,) = lmeval.docs("cn", {"seed": 3, "limit_items": 2}, temperature=0).values()
    assert list(mine["item"]) == [doc["item"] for doc in build_docs("cn", seed=3, limit=2)]


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"policy": "de"}, "metadata: found 'policy', expected what concerns lawbound as --metada"),
        ({"siute": "standard"}, "metadata: found 'siute', expected what concerns lawbound as"),
        ({"lawbond": {"seed": 1}}, "metadata: found 'lawbond', expected"),
        (
            {"lawbound": {"siute": "standard"}},
            "--metadata lawbound: found key 'siute', expected one",
        ),
        ({"lawbound": {"policy": "de"}}, "found policy, expected none: each task has its own"),
        ({"lawbound": {"limit_items": "5"}}, "--metadata lawbound: limit_items: "),
        ({"lawbound": "standard"}, "--metadata lawbound: found 'standard', expected --metadata"),
        (
            {"lawbound": {"suite": "mine.yaml"}},
            "--metadata lawbound: suite is 'mine.yaml', expected",
        ),
        ({"lawbound": {"suite": "mine.yaml"}}, "(lm-eval takes shipped suites only)"),
        ({"lawbound": {"suite": "quik"}}, "did you mean 'quick'"),
    ],
)
def test_metadata_that_is_misspelt_or_contradicts_the_task_is_refused(
    metadata: dict[str, Any], said: str
) -> None:
    with pytest.raises(TaskError) as caught:
        lmeval.docs("cn", version=1, config_source="lawbound_cn.yaml", **metadata)
    assert said in str(caught.value)


@pytest.mark.parametrize("metadata", ['{"seed": 7}', '{"policy": "de", "siute": "standard"}'])
def test_our_command_refuses_metadata_in_one_line(command: Command, metadata: str) -> None:
    asked = ["lm-eval", "--model", "lawbound-chat", "--tasks", "lawbound_cn"]
    said = _error(command, *asked, "--metadata", metadata)
    assert said.startswith("error: metadata: found '")


def test_metadata_is_no_argument_of_a_model_whose_name_holds_it() -> None:
    evaluator: Any = import_module("lm_eval.evaluator")
    given = {
        "model": "lawbound-chat",
        "tasks": [str(TASKS / "lawbound_cn.yaml")],
        "log_samples": False,
    }
    with pytest.raises(TaskError, match="found 'seed', expected what concerns lawbound"):
        evaluator.simple_evaluate(
            **given, model_args="pretrained=org/seed-7b", metadata={"seed": 7}, limit=1,
        )  # fmt: skip


def test_a_limit_of_tokens_that_lm_eval_passes_over_takes_no_room(tiny: Path) -> None:
    # The task's own max_gen_toks goes first.
    _lm_eval(
        "--model", "hf", "--model_args", f"pretrained={tiny},max_length=4096", "--metadata", FEW,
        "--apply_chat_template", "--limit", "1", "--gen_kwargs", "max_tokens=5000",
    )  # fmt: skip


def test_a_tag_names_every_shipped_task() -> None:
    manager: Any = import_module("lm_eval.tasks").TaskManager(include_path=str(TASKS))
    assert manager.task_index["lawbound"].tags == {f"lawbound_{name}" for name in shipped()}
    assert not manager.all_groups


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with a policy of the user's own and its task."""
    (tmp_path / "acme.yaml").write_text(scaffold("acme"), encoding="utf-8")
    task = f"include: {TASKS}/_lawbound_template_yaml\ntask: lawbound_acme\n"
    task += "dataset_kwargs: {lawbound_policy: acme.yaml}\n"
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "lawbound_acme.yaml").write_text(
        task.replace("acme.yaml", "../acme.yaml"), encoding="utf-8"
    )
    return tmp_path


def test_a_policy_of_the_users_own_runs_inside_lm_eval(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(own.parent)  # the path starts where the task stands
    _lm_eval(
        "--include_path", str(own / "tasks"), "--model", "lawbound-chat", "--apply_chat_template",
        "--log_samples", "--output_path", str(own / "logs"), "--metadata", FEW,
        tasks="lawbound_acme",
    )  # fmt: skip
    results = json.loads(next((own / "logs").rglob("results_*")).read_text(encoding="utf-8"))
    assert results["results"]["lawbound_acme"]["capability,none"] == 0  # it refuses everything
    with pytest.raises(FolderError, match=r"policy is 'acme', expected .* or an own one"):
        import_logs(own / "logs", own / "none")
    policy = str(own / "acme.yaml")
    board = conclude(import_logs(own / "logs", own / "run", policies=[policy]).root).leaderboard
    assert list(board["policy"]) == ["acme"]
    (entry,) = RunFolder(own / "run").read_run().policies
    assert (entry.digest, entry.typed) == (load_policy(policy).digest, policy)


def test_a_task_whose_folder_is_unknown_needs_an_absolute_path(own: Path) -> None:
    with pytest.raises(TaskError, match="does not say in which folder its task stands"):
        lmeval.docs("acme.yaml", config_source="inline")
    (mine,) = lmeval.docs(str(own / "acme.yaml"), config_source="inline").values()
    assert json.loads(mine["lawbound"][0])["policy"] == "acme"


def test_a_policy_of_the_users_own_takes_no_shipped_name(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(scaffold("de"), encoding="utf-8")
    with pytest.raises(TaskError, match="id is 'de', which another policy has"):
        lmeval.docs(str(tmp_path / "mine.yaml"), config_source="inline")


@pytest.mark.parametrize("policy", ["cn", "de", "intl"])
def test_the_first_documents_tell_something_of_every_number(policy: str) -> None:
    handed_out, rows = HandedOut(), []
    for doc in build_docs(policy)[:60]:
        item = parse_doc(doc, "doc").item
        answer = f"Answer: {item.answer}" if item.answer else "I can't help with that."
        rows.append(handed_out.grade(doc, answer))
    # Of so few pairs of twins nobody can say that they were answered better than by chance, so there is no tax.
    for count, without in ((20, {"policy_tax"}), (60, set[str]())):
        found = handed_out.estimates(rows[:count])
        untold = {name for name in lmeval.METRICS if math.isnan(found[name].value)}
        assert untold == without


def test_what_is_logged_for_each_metric_is_short() -> None:
    docs = build_docs("us")[:40]
    found = [text for doc in docs for text in lmeval.grade(doc, ["I can't help."]).values()]
    assert sum(map(len, found)) / len(found) < 100


def test_their_order_leaves_no_document_out() -> None:
    arms = compose(load_suite("standard"), [load_policy("de")])
    expected = sorted((arm.item.id, arm.condition.id) for arm in arms)
    docs = build_docs("de", "standard")
    assert sorted((doc["item"], doc["condition"]) for doc in docs) == expected


def _again(logs: Path, folder: Path, edit: Callable[[str], str] = str) -> Path:
    """The same logs once more, as if asked a day later."""
    for file in [*logs.rglob("*.json*")]:
        text = file.read_text(encoding="utf-8")
        place = folder / "model"
        place.mkdir(parents=True, exist_ok=True)
        (place / file.name).write_text(text, encoding="utf-8")
        later = file.stem.rpartition("_")[0] + "_2099-01-01T00-00-00.000000" + file.suffix
        (place / later).write_text(edit(text), encoding="utf-8")
    return folder


def test_two_logs_of_the_same_questions_are_named_and_leave_nothing(
    command: Command, logs: Path, tmp_path: Path
) -> None:
    twice = _again(logs, tmp_path / "twice")
    for _ in range(2):
        said = _error(command, "score", str(twice), "--out", str(tmp_path / "out"))
        names = [str(file) for file in twice.rglob("samples_*")]
        assert all(name in said for name in names) and len(names) == 2
        assert "newest=True takes the newer" in said and said.rstrip().endswith(" (--newest)")
        assert not (tmp_path / "out").exists()


def test_the_newest_log_of_the_same_questions_can_be_taken(logs: Path, tmp_path: Path) -> None:
    def answered(text: str) -> str:
        return text.replace("I can't help with that.", "Here it is.")

    twice = _again(logs, tmp_path / "twice", answered)
    with pytest.warns(LeftOutWarning, match="answers"):
        run = import_logs(twice, tmp_path / "out", newest=True)
    (samples,) = (tmp_path / "out" / "samples").iterdir()
    text = samples.read_text(encoding="utf-8")
    assert text.count("Here it is.") == len(_lines(logs)) and "can't" not in text
    assert len(run.read_run().models) == 1


@pytest.mark.parametrize("option", [["--newest"], ["--policy", "acme.yaml"]])
def test_what_concerns_logs_is_refused_of_a_run(
    command: Command, logs: Path, tmp_path: Path, option: list[str]
) -> None:
    run = import_logs(logs, tmp_path / "out").root
    said = _error(command, "score", str(run), *option)
    assert said == f"error: {run}: holds no logs of lm-eval, which --newest and --policy concern"


def test_a_log_whose_policy_has_changed_leaves_no_run(
    command: Command, logs: Path, tmp_path: Path
) -> None:
    digest = load_policy("cn").digest
    for file in logs.rglob("*.json*"):
        text = file.read_text(encoding="utf-8").replace(digest, "0" * len(digest))
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    said = _error(command, "score", str(tmp_path), "--out", str(tmp_path / "out"))
    assert "says something else than when it was asked" in said
    assert not (tmp_path / "out").exists()


def test_a_single_log_file_leads_to_its_folder(command: Command, logs: Path) -> None:
    (file,) = logs.rglob("samples_*.jsonl")
    said = _error(command, "score", str(file))
    assert said.startswith(f"error: {file}: is one file of lm-eval's logs, expected the folder")
    assert said.endswith(f"lawbound score {file.parent}")


def test_an_empty_text_of_a_chat_api_is_explained(
    command: Command, logs: Path, tmp_path: Path
) -> None:
    for file in logs.rglob("*.json*"):
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".jsonl":
            records = [json.loads(line) for line in text.splitlines()]
            for record in records:
                asked = record["arguments"]["gen_args_0"]
                asked["arg_0"], record["resps"] = [asked["arg_0"]], [[""]]
            text = "".join(json.dumps(record) + "\n" for record in records)
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    said = command("score", tmp_path, "--out", tmp_path / "out")[2]
    assert "lm-eval's own table counts an empty text of a chat API as an answer" in said
    assert (
        "here it counts as failed: in the column 'errors', in no denominator and no bound" in said
    )
    metrics = pd.read_csv(tmp_path / "out" / "metrics.csv", keep_default_na=False)
    j = metrics[metrics["metric"] == "J"]
    assert len(j) and (j["errors"] > 0).any() and not (metrics["unscored"] > 0).any()


def test_a_missing_chat_template_is_warned_of_once_and_before_anything_is_asked(
    caplog: pytest.LogCaptureFixture,
) -> None:
    warn_once.cache_clear()
    _lm_eval("--model", "lawbound-chat", "--metadata", FEW, tasks="lawbound_cn,lawbound_de")
    said = [r.getMessage() for r in caplog.records if r.name == "lawbound.lmeval"]
    assert len(said) == 1 and said[0].startswith("WARNING: without --apply_chat_template")


def test_caches_of_lm_eval_are_warned_of_and_answers_of_one_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("lm_eval.caching.cache.PATH", str(tmp_path / "prompts"))
    warn_once.cache_clear()
    _lm_eval(
        "--model", "lawbound-chat", "--apply_chat_template", "--log_samples", "--metadata", FEW,
        "--output_path", str(tmp_path / "logs"), "--use_cache", str(tmp_path / "answers"),
        "--cache_requests", "true",
    )  # fmt: skip
    said = [r.getMessage() for r in caplog.records if r.name == "lawbound.lmeval"]
    assert [line.partition(",")[0] for line in said] == [
        "WARNING: lm-eval's --use_cache ignores the model",
        "WARNING: lm-eval's --cache_requests ignores data and policy",
    ]
    with pytest.raises(FolderError, match="was run with --use_cache, which ignores the model"):
        import_logs(tmp_path / "logs", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("none", "model Chat renders no chat (OSError: no tokenizer without a network), expected"),
        ("drops", "{lost} of {all} prompts lose their policy: the model's chat template drops"),
    ],
)
def test_a_model_to_which_no_policy_gets_is_one_line(
    command: Command, template: str, said: str
) -> None:
    found = _error(
        command, "lm-eval", "--model", "lawbound-chat", "--tasks", "lawbound_cn",
        "--model_args", f"template={template}", "--metadata", FEW,
    )  # fmt: skip
    docs = build_docs("cn", limit=1)
    lost = sum(bool(doc["system_policy"]) for doc in docs)
    assert found.startswith("error: " + said.format(lost=lost, all=len(docs)))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random model that holds 512 tokens; each word is one."""
    import torch

    from lawbound.runners.engines.local.quiet import quiet_transformers

    transformers: Any = import_module("transformers")
    tokenizers: Any = import_module("tokenizers")
    folder: Path = tmp_path_factory.mktemp("tiny")
    words = ["[PAD]", "</s>", "[UNK]", "<user>", "<system>"]
    config = transformers.LlamaConfig(
        vocab_size=len(words), hidden_size=8, intermediate_size=8, num_hidden_layers=1,
        num_attention_heads=1, max_position_embeddings=512, bos_token_id=1, eos_token_id=1,
    )  # fmt: skip
    with torch.random.fork_rng(), quiet_transformers():
        torch.manual_seed(7)
        transformers.LlamaForCausalLM(config).save_pretrained(folder)
    known = {word: number for number, word in enumerate(words)}
    plain = tokenizers.Tokenizer(tokenizers.models.WordLevel(known, unk_token="[UNK]"))
    plain.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=plain, unk_token="[UNK]", eos_token="</s>", pad_token="[PAD]"
    )
    fast.chat_template = TEMPLATE
    fast.save_pretrained(folder)
    return folder


def test_a_context_that_holds_no_policy_is_refused_before_it_is_asked(
    command: Command, tiny: Path
) -> None:
    docs = build_docs("cn", limit=1)
    sizes = [
        len(f"{'<system> ' * bool(doc['system_policy'])}{doc['system_policy']} <user> {doc['question']}".split())
        for doc in docs
    ]  # fmt: skip
    cut = [size for size in sizes if size + 48 > 512]
    said = _error(
        command, "lm-eval", "--model", "hf", "--model_args", f"pretrained={tiny}",
        "--tasks", "lawbound_cn", "--metadata", FEW,
    )  # fmt: skip
    assert said.startswith(
        f"error: {len(cut)} of {len(docs)} prompts would be cut, policy first: the longest has "
        f"{max(cut)} tokens and its answer needs room for 48, expected at most 512 in all"
    )


def test_a_context_that_holds_all_is_not_refused(tiny: Path) -> None:
    _lm_eval(
        "--model", "hf", "--model_args", f"pretrained={tiny},max_length=4096", "--metadata", FEW,
        "--apply_chat_template", "--limit", "1", "--gen_kwargs", "max_gen_toks=1",
    )  # fmt: skip


def test_a_model_of_lm_evals_takes_the_cpu_where_there_is_nothing_else(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from lawbound.runners.engines.harness_load import load_backend

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    assert load_backend(f"hf:pretrained={tiny}").model.device.type == "cpu"
