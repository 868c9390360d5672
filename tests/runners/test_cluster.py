"""A real Ray cluster of several processes: killed, joined and refused, with a single process's results."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from run_files import csvs

from lawbound import FunctionEngine, RunSpec, evaluate
from lawbound.evals.prepare import prepare
from lawbound.rubrics.reference.engine import ReferenceEngine
from lawbound.runners.engines import EngineOptions, open_engine
from lawbound.runners.engines.cluster.engine import ClusterEngine
from lawbound.runners.engines.cluster.joining import Cluster, joined
from lawbound.runners.engines.protocol import Engine, ModelError, ask
from lawbound.runners.run import owed_requests
from lawbound.runners.sample import Fingerprint, Message, Rendered, Request, Sample, Settings
from lawbound.runners.store import read_samples

Command = Callable[..., tuple[int, str, str]]

TINY: dict[str, Any] = {
    "models": ("hf:tiny",),
    "policies": ("us",),
    "limit": 2,
    "references": False,
    "max_tokens": 6,
}
QUICK = ["run", "quick", "--model", "reference:coin", "--policy", "us", "--no-references"]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three workers on this machine; Ray must leave nothing in the home folder."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        with joined("ray", workers=3) as found:
            # Workers cannot import a test module by name.
            import_module("ray.cloudpickle").register_pickle_by_value(sys.modules[__name__])
            yield found
    assert not (home / ".ray").exists()


@dataclass(frozen=True, slots=True)
class Doomed:
    """Opens an engine whose process gets a `kill -9` in the middle of a shard, once among all workers."""

    opener: Callable[[], Engine]
    marker: Path
    after: int
    """Samples before the kill."""

    def __call__(self) -> Engine:
        engine: Any = self.opener()
        engine.generate = partial(_generate_and_die, engine.generate, self.marker, self.after)
        return engine  # type: ignore[no-any-return]


def _generate_and_die(
    generate: Callable[[Sequence[Request]], Iterator[Sample]],
    marker: Path,
    after: int,
    requests: Sequence[Request],
) -> Iterator[Sample]:
    for number, sample in enumerate(generate(requests)):
        if number == after and _is_first(marker):
            os.kill(os.getpid(), signal.SIGKILL)
        yield sample


def _is_first(marker: Path) -> bool:
    try:
        marker.mkdir()
    except FileExistsError:
        return False
    return True


def _request(key: str, *, policy: str = "p", max_tokens: int = 8) -> Request:
    chat = (Message("system", policy), Message("user", key))
    rendered = Rendered(f"<system> {policy} <user> {key} ", "system", "t")
    return Request(key, chat, rendered, Settings(max_tokens=max_tokens))


def _texts(samples: Iterator[Sample]) -> dict[str, str]:
    found = [(sample.key, sample.text) for sample in samples]
    assert len({key for key, _ in found}) == len(found)
    return dict(found)


class Baseline(ReferenceEngine):
    """A reference model under a name of its own, since no engine that is brought may stand for one."""

    def fingerprint(self) -> Fingerprint:
        return replace(super().fingerprint(), model="baseline")


@pytest.mark.cluster
@pytest.mark.parametrize("name", ["coin", "keyword-act"])
def test_with_a_worker_killed_a_baseline_has_the_leaderboard_of_a_single_process(
    name: str, cluster: Cluster, tmp_path: Path
) -> None:
    spec = RunSpec(models=("baseline",), policies=("cn", "us"), limit=12, references=False)
    prepared = prepare(spec.model_copy(update={"models": (f"reference:{name}",)}))
    opener = partial(Baseline, name, prepared.situations(), seed=prepared.seed)
    evaluate(spec, tmp_path / "alone", engines={"baseline": opener()})
    doomed = Doomed(opener, tmp_path / "killed", after=3)
    engine = ClusterEngine.open(cluster, doomed)
    evaluate(spec, tmp_path / "cluster", engines={"baseline": engine})
    engine.close()
    assert (tmp_path / "killed").exists()
    assert csvs(tmp_path / "cluster") == csvs(tmp_path / "alone")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model with random weights that knows the words of a plan, one token each."""
    import torch

    transformers: Any = import_module("transformers")
    tokenizers: Any = import_module("tokenizers")
    folder = tmp_path_factory.mktemp("tiny")
    texts = [item.prompt for item in prepare(RunSpec(**TINY)).items]
    words = ["[PAD]", "<s>", "</s>", "[UNK]", *sorted(set(" ".join(texts).split())), *"ABCDEFGH"]
    config = transformers.LlamaConfig(
        vocab_size=len(words),
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=8192,
        initializer_range=0.35,
    )
    with torch.random.fork_rng():
        torch.manual_seed(7)
        transformers.LlamaForCausalLM(config).save_pretrained(folder)
    known = {word: number for number, word in enumerate(words)}
    plain = tokenizers.Tokenizer(tokenizers.models.WordLevel(known, unk_token="[UNK]"))
    plain.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=plain, unk_token="[UNK]", eos_token="</s>", pad_token="[PAD]"
    ).save_pretrained(folder)
    return folder


@pytest.mark.cluster
def test_with_a_worker_killed_a_float32_model_has_the_texts_of_a_single_process(
    cluster: Cluster, tiny: Path, tmp_path: Path
) -> None:
    model = f"hf:{tiny}"
    spec = RunSpec(**{**TINY, "models": (model,)})
    evaluate(spec, tmp_path / "alone")
    opener = partial(open_engine, model, spec.engine_options)
    doomed = Doomed(opener, tmp_path / "killed", after=2)
    engine = ClusterEngine.open(replace(cluster, wanted=2), doomed)
    evaluate(spec, tmp_path / "cluster", engines={model: engine})
    engine.close()
    assert (tmp_path / "killed").exists()
    assert csvs(tmp_path / "cluster") == csvs(tmp_path / "alone")
    alone, there = (
        {
            key: sample.text
            for path in (tmp_path / run).glob("samples/*.jsonl")
            for key, sample in read_samples(path).items()
        }
        for run in ("alone", "cluster")
    )
    assert alone == there
    assert len(set(alone.values())) > 5


@pytest.mark.cluster
def test_bfloat16_batches_are_those_of_a_single_process(
    cluster: Cluster, tiny: Path, tmp_path: Path
) -> None:
    options = EngineOptions(dtype="bfloat16", device="cpu", batch_size=5)
    opener = partial(open_engine, f"hf:{tiny}", options)
    alone = opener()
    requests = [
        _request(f"Is the {'day ' * n}a", policy="the of and to a in " * 9) for n in range(23)
    ]
    plan: Any = type("Plan", (), {"requests": tuple(requests)})
    batches = owed_requests(plan, set(), alone.fixed_batch)  # type: ignore[attr-defined]
    assert [len(batch) for batch in batches] == [5, 5, 5, 5, 3]
    doomed = Doomed(opener, tmp_path / "killed", after=3)
    engine = ClusterEngine.open(replace(cluster, wanted=2), doomed)
    assert engine.fixed_batch == 5
    assert _texts(engine.ask(batches)) == _texts(ask(alone, batches))
    assert (tmp_path / "killed").exists()
    engine.close()


@pytest.mark.cluster
def test_workers_that_join_later_get_work(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lawbound.runners.engines.cluster.crew.LOOK_SECONDS", 0.0)
    os.mkfifo(tmp_path / "fifo")
    growing = Growing(cluster.ray, cluster.is_local, 1)
    engine = ClusterEngine.open(growing, partial(_patient, tmp_path))
    samples = engine.generate([_request(f"r{n}") for n in range(40)])
    first = next(samples)
    object.__setattr__(growing, "wanted", 2)
    texts = {first.text, *_texts(samples).values()}
    engine.close()
    assert texts == {"first", "later"}


class Growing(Cluster):
    """A cluster whose size a test changes."""


def _patient(folder: Path) -> Engine:
    """The first worker answers once and then waits until another has been asked."""
    is_first = _is_first(folder / "first")

    def answer(request: Request) -> str:
        if not is_first:
            with (folder / "fifo").open("w"):
                return "later"
        if not _is_first(folder / "answered"):
            end = os.open(folder / "fifo", os.O_RDONLY | os.O_NONBLOCK)
            select.select([end], [], [], 60)
        return "first"

    return FunctionEngine(answer)


@pytest.mark.cluster
def test_a_request_that_kills_every_worker_fails_alone(cluster: Cluster) -> None:
    engine = ClusterEngine.open(replace(cluster, wanted=1), _poisoned)
    samples = {s.key: s for s in engine.generate([_request(f"r{n}") for n in range(20)])}
    engine.close()
    assert len(samples) == 20
    assert [key for key, sample in samples.items() if sample.error] == ["r13"]
    assert "3 workers died" in samples["r13"].error


def _poisoned() -> Engine:
    def answer(request: Request) -> str:
        if request.key == "r13":
            os.kill(os.getpid(), signal.SIGKILL)
        return "yes"

    return FunctionEngine(answer)


def _named_by(marker: Path) -> Engine:
    """Another revision on the first worker than on those after it."""
    return FunctionEngine(lambda _: "yes", revision="old" if _is_first(marker) else "new")


def _broken() -> Engine:
    raise ModelError("model 'hf:x': no such folder")


def _deadly() -> Engine:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


@pytest.mark.cluster
def test_a_worker_with_other_weights_is_refused(cluster: Cluster, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"^worker \d on .*: revision of the model is '\w+', exp"):
        engine = ClusterEngine.open(cluster, partial(_named_by, tmp_path / "first"))
        list(engine.generate([_request(f"r{n}") for n in range(20_000)]))


@pytest.mark.cluster
def test_a_worker_with_other_code_is_refused_before_it_opens_anything(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lawbound.runners.engines.cluster import engine as driver

    ours = replace(driver.versions(), code="0123456789ab")
    monkeypatch.setattr(driver, "versions", lambda: ours)
    with pytest.raises(ModelError, match=r"^worker \d on .*: code of lawbound is \w{12}, expected"):
        ClusterEngine.open(cluster, _deadly)


@pytest.mark.cluster
def test_a_model_that_a_worker_cannot_open_is_one_line(cluster: Cluster) -> None:
    with pytest.raises(ModelError, match=r"^worker \d on .*: model 'hf:x': no such folder$"):
        ClusterEngine.open(cluster, _broken)


@pytest.mark.cluster
def test_workers_that_die_one_after_another_end_the_run(cluster: Cluster) -> None:
    with pytest.raises(ModelError, match="3 workers died one after another"):
        ClusterEngine.open(replace(cluster, wanted=1), _deadly)


@pytest.mark.cluster
def test_more_accelerators_than_the_machine_has_are_refused(cluster: Cluster) -> None:
    with pytest.raises(ModelError, match="a worker needs 4096 accelerators"):
        cluster.needed("vllm:m?tensor_parallel_size=4096", "cuda")


def _environment(home: Path) -> dict[str, str]:
    home.mkdir()
    return {**os.environ, "HOME": str(home)}


def _lawbound(*arguments: str) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "lawbound", *arguments]


@pytest.mark.cluster
def test_a_cluster_that_is_there_is_joined_by_its_address(tmp_path: Path) -> None:
    """Two nodes in processes of their own, as `ray start` makes them, stand for two machines."""
    environment = _environment(tmp_path / "home")
    alone, there = tmp_path / "alone", tmp_path / "there"
    subprocess.run(
        _lawbound(*QUICK, "--limit", "4", "--out", str(alone)), check=True, capture_output=True
    )
    program = (
        "import sys; from ray.cluster_utils import Cluster\n"
        "c = Cluster(initialize_head=True, head_node_args={'num_cpus': 1, 'include_dashboard': False})\n"
        "c.add_node(num_cpus=1); print(c.address, flush=True); sys.stdin.read(); c.shutdown()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as head:
        assert head.stdout is not None
        address = head.stdout.readline().strip()
        done = subprocess.run(
            _lawbound(*QUICK, "--limit", "4", "--out", str(there), "--on", f"ray://{address}"),
            env=environment,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stderr
    assert csvs(there) == csvs(alone)


@pytest.mark.cluster
def test_ctrl_c_stops_workers_and_the_run_resumes(tmp_path: Path) -> None:
    environment = _environment(tmp_path / "home")
    out = tmp_path / "stopped"
    command = _lawbound(*QUICK, "--limit", "6", "--on", "ray", "--workers", "2", "--out", str(out))
    with subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as run:
        while run.poll() is None and not list(out.glob("samples/*.jsonl")):
            time.sleep(0.01)
        os.killpg(run.pid, signal.SIGINT)  # as a terminal does: Ray's processes get it, too
        _, err = run.communicate()
    assert run.returncode == 130, err
    assert b"Traceback" not in err
    subprocess.run(command, env=environment, check=True, capture_output=True)
    subprocess.run(
        _lawbound(*QUICK, "--limit", "6", "--out", str(tmp_path / "alone")),
        check=True,
        capture_output=True,
    )
    assert csvs(out) == csvs(tmp_path / "alone")


def _refused(ended: tuple[int, str, str]) -> str:
    code, out, err = ended
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    return err.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--on", "rey"], "error: --on rey: unknown form, expected ray"),
        (["--workers", "2"], "expected --on ray beside it"),
        (["--on", "ray", "--model", "openai:x@http://127.0.0.1:1/v1"], "leave out --on ray"),
    ],
)
def test_a_place_that_does_not_fit_is_one_line(
    command: Command, arguments: list[str], part: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert part in _refused(command(*QUICK, *arguments, "--out", out))
    assert not out.exists()


def test_without_ray_the_line_says_how_to_install_it(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    line = _refused(command(*QUICK, "--on", "ray", "--out", tmp_path / "out"))
    assert line.startswith("error: --on ray: Ray cannot be imported")
    assert "pip install 'lawbound[ray]'" in line


@pytest.mark.cluster
@pytest.mark.parametrize("address", ["127.0.0.1:1", "no-such-host.invalid:6379"])
def test_an_address_where_nothing_listens_is_one_line(
    command: Command, address: str, tmp_path: Path
) -> None:
    place = f"ray://{address}"
    line = _refused(command(*QUICK, "--on", place, "--out", tmp_path / "out"))
    assert line.startswith(f"error: --on {place}: cannot be reached")


def test_ray_is_not_imported_before_a_cluster_is_wanted() -> None:
    code = "import sys, lawbound.runners.engines.cluster.engine; sys.exit('ray' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
