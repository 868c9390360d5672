"""Sharding: prefixes stay together, nobody idles, the dead are owed, and each request counts once."""

import random
import shutil
from collections.abc import Iterator, Sequence
from importlib.resources import as_file, files
from pathlib import Path
from threading import Event

import pytest

from lawbound.runners.engines.cluster.joining import check_place, parallel
from lawbound.runners.engines.cluster.shards import LARGEST, TRIES, Board, as_batches, cut, units
from lawbound.runners.engines.cluster.worker import Worker, versions
from lawbound.runners.engines.function import FunctionEngine
from lawbound.runners.engines.protocol import ModelError
from lawbound.runners.sample import Message, Rendered, Request, Sample, Settings


def _request(key: str, policy: str = "p", choices: tuple[str, ...] = ()) -> Request:
    chat = (Message("system", policy), Message("user", key))
    return Request(key, chat, Rendered(key, "system", "t"), Settings(), choices=choices)


def _requests(**policies: int) -> list[Request]:
    return [_request(f"{p}{n}", p) for p, count in policies.items() for n in range(count)]


def _board(requests: list[Request], workers: int) -> Board:
    return Board(units([requests], whole=False), workers=workers)


def _sample(key: str, text: str = "yes") -> Sample:
    return Sample(key, text, "stop")


def _keys(board: Board, worker: str) -> list[str]:
    return [request.key for unit in board.take(worker) for request in unit.requests]


def _policies(keys: list[str]) -> set[str]:
    return {key[0] for key in keys}


def test_a_line_is_cut_evenly_where_the_prefix_never_changes() -> None:
    line = units([_requests(a=10)], whole=False)
    assert [len(part) for part in cut(line, 3)] == [3, 4, 3]
    assert [len(part) for part in cut(line[:2], 3)] == [1, 1]
    assert cut([], 3) == []


def test_a_cut_moves_to_a_change_of_prefix_nearby_and_not_further() -> None:
    near = units([_requests(a=22, b=18)], whole=False)
    assert [len(part) for part in cut(near, 2)] == [22, 18]
    far = units([_requests(a=30, b=10)], whole=False)
    assert [len(part) for part in cut(far, 2)] == [20, 20]


def test_each_policy_prompt_goes_to_one_worker_while_all_keep_pace() -> None:
    board = _board(_requests(a=40, b=40, c=40, d=40), 4)
    seen: dict[str, set[str]] = {name: set() for name in "wxyz"}
    while not board.is_done:
        for worker in seen:
            keys = _keys(board, worker)
            seen[worker] |= _policies(keys)
            for key in keys:
                board.answer(worker, _sample(key))
            assert board.finished(worker) == ()
    assert sorted(map(sorted, seen.values())) == [["a"], ["b"], ["c"], ["d"]]


def test_shards_shrink_towards_the_end_and_never_exceed_the_largest() -> None:
    board = _board(_requests(a=1000), 1)
    sizes = []
    while not board.is_done:
        keys = _keys(board, "w")
        sizes.append(len(keys))
        for key in keys:
            board.answer("w", _sample(key))
    assert sizes[0] == LARGEST
    assert sizes == sorted(sizes, reverse=True)
    assert sum(sizes) == 1000


def test_an_idle_worker_steals_the_back_half_of_the_longest_stretch() -> None:
    board = _board(_requests(a=100), 1)
    first = _keys(board, "slow")
    assert first == [f"a{n}" for n in range(50)]
    assert _keys(board, "thief") == [f"a{n}" for n in range(75, 88)]


def test_what_a_straggler_has_not_answered_is_asked_elsewhere_too_and_counted_once() -> None:
    board = _board(_requests(a=8), 1)
    assert len(_keys(board, "slow")) == 8
    board.answer("slow", _sample("a0"))
    assert _keys(board, "thief") == ["a4", "a5", "a6", "a7"]
    assert _keys(board, "third") == ["a2", "a3"]
    for key in ("a4", "a5", "a6", "a7"):
        assert board.answer("thief", _sample(key, "thief"))
    assert board.answer("slow", _sample("a4", "slow")) == ()
    assert [board.answer("slow", _sample(f"a{n}"))[0].key for n in (1, 2, 3)] == ["a1", "a2", "a3"]
    assert board.is_done
    assert board.answer("third", _sample("a2")) == ()


def test_of_a_dead_worker_only_the_unanswered_part_is_owed_again() -> None:
    board = _board(_requests(a=8), 1)
    _keys(board, "dead")
    board.answer("dead", _sample("a0"))
    board.answer("dead", _sample("a5"))
    assert board.lost("dead") == []
    assert _keys(board, "next") == ["a1", "a2", "a3", "a4", "a6", "a7"]


def test_what_a_worker_leaves_out_without_dying_is_owed_again() -> None:
    board = _board(_requests(a=2), 1)
    assert _keys(board, "w") == ["a0", "a1"]
    board.answer("w", _sample("a1"))
    assert board.finished("w") == []
    assert _keys(board, "w") == ["a0"]


def test_the_stretch_of_a_dead_worker_goes_to_whoever_comes() -> None:
    board = _board(_requests(a=100, b=100), 2)
    assert _policies(_keys(board, "dead")) == {"a"}
    assert _policies(_keys(board, "other")) == {"b"}
    board.lost("dead")
    assert _keys(board, "next")[0] == "a0"


def test_a_request_that_goes_down_with_three_workers_is_a_failed_one() -> None:
    board = _board([_request("poison")], 1)
    for number in range(TRIES - 1):
        assert _keys(board, f"w{number}") == ["poison"]
        assert board.lost(f"w{number}") == []
    assert _keys(board, "last") == ["poison"]
    (failed,) = board.lost("last")
    assert (failed.key, failed.text, failed.finish) == ("poison", "", "error")
    assert "3 workers died" in failed.error
    assert board.is_done


def test_a_request_that_kills_takes_no_others_with_it() -> None:
    board = _board(_requests(a=6), 1)
    failed, turn = [], 0
    while not board.is_done:
        turn += 1
        keys = _keys(board, f"w{turn}")
        if "a3" in keys:
            failed += board.lost(f"w{turn}")
        for key in keys if "a3" not in keys else ():
            board.answer(f"w{turn}", _sample(key))
    assert [sample.key for sample in failed] == ["a3"]


def test_a_death_costs_nothing_that_another_is_asking_too() -> None:
    board = _board(_requests(a=1), 1)
    assert _keys(board, "slow") == ["a0"]
    assert _keys(board, "thief") == ["a0"]
    assert board.lost("slow") == []
    assert _keys(board, "idle") == [], "the thief is asking it"
    assert len(board.answer("thief", _sample("a0"))) == 1
    assert board.is_done


@pytest.mark.parametrize("seed", range(20))
def test_a_request_that_kills_takes_three_workers_and_no_others_however_many_are_idle(
    seed: int,
) -> None:
    rng = random.Random(seed)
    board = _board(_requests(a=rng.randrange(1, 12)), rng.randrange(1, 4))
    lent: dict[str, list[str]] = {}
    failed: list[str] = []
    deaths = started = 0
    while not board.is_done and deaths <= TRIES:
        while len(lent) < 4:
            started += 1
            lent[f"w{started}"] = []
        for name in lent:
            lent[name] = lent[name] or _keys(board, name)
        name = rng.choice([name for name, keys in lent.items() if keys])
        if "a0" in lent[name] and rng.random() < 0.5:
            deaths += 1
            del lent[name]
            failed += [sample.key for sample in board.lost(name)]
        elif others := [key for key in lent[name] if key != "a0"]:
            lent[name].remove(others[0])
            board.answer(name, _sample(others[0]))
    assert (deaths, failed) == (TRIES, ["a0"])


def test_a_whole_batch_counts_only_once_all_of_it_is_there() -> None:
    batch = _requests(a=3)
    board = Board(units([batch], whole=True), workers=1)
    assert as_batches(board.take("w")) == [tuple(batch)]
    assert board.answer("w", _sample("a1")) == ()
    assert board.answer("w", _sample("a2")) == ()
    assert [sample.key for sample in board.answer("w", _sample("a0"))] == ["a0", "a1", "a2"]
    assert board.is_done


def test_answers_of_two_workers_never_mix_within_a_whole_batch() -> None:
    batch = _requests(a=2)
    board = Board(units([batch], whole=True), workers=1)
    board.take("dead")
    board.answer("dead", _sample("a0", "dead"))
    board.lost("dead")
    assert as_batches(board.take("next")) == [tuple(batch)]
    assert board.answer("next", _sample("a1", "next")) == ()
    assert [s.text for s in board.answer("next", _sample("a0", "next"))] == ["next", "next"]


def test_two_tries_of_one_worker_never_mix_within_a_whole_batch() -> None:
    batch = _requests(a=2)
    board = Board(units([batch], whole=True), workers=1)
    board.take("w")
    board.answer("w", _sample("a0", "first"))
    assert board.finished("w") == []  # a1 was left out
    board.take("w")
    assert board.answer("w", _sample("a1", "second")) == ()
    assert [s.text for s in board.answer("w", _sample("a0", "second"))] == ["second", "second"]


def test_a_request_without_an_answer_says_whether_workers_died_over_it() -> None:
    for ends, told in (
        ("ddd", "3 workers died"),
        ("fff", "3 workers gave no answer"),
        ("fdd", "2 workers died and 1 worker gave no answer"),
    ):
        board = _board(_requests(a=1), 1)
        failed: list[Sample] = []
        for end in ends:
            assert _keys(board, "w") == ["a0"]
            failed += board.lost("w") if end == "d" else board.finished("w")
        assert [sample.error for sample in failed] == [f"{told} when asked this"]
        assert board.is_done


def test_a_worker_sends_what_is_done_while_its_engine_is_busy_with_the_next() -> None:
    arrived = Event()
    in_time: list[bool] = []

    def answer(request: Request) -> str:
        if request.key in ("a2", "a3"):  # the last of a batch, and the first of the next
            in_time.append(arrived.wait(5))
            arrived.clear()
        return "yes"

    worker = Worker()
    worker.open(lambda: FunctionEngine(answer))
    requests = _requests(a=5)
    found: list[str] = []
    for block in worker.ask([requests[:3], requests[3:]]):
        found += [sample.key for sample in block]
        if found[-1] in ("a1", "a2"):
            arrived.set()
    assert found == ["a0", "a1", "a2", "a3", "a4"]
    assert in_time == [True, True]


def test_an_engine_that_cannot_go_on_ends_the_asking_behind_what_is_done() -> None:
    class Failing(FunctionEngine):
        def generate(self, requests: Sequence[Request]) -> Iterator[Sample]:
            yield from super().generate(requests[:1])
            raise ModelError("out of memory")

    worker = Worker()
    worker.open(lambda: Failing(lambda request: "yes"))
    blocks = worker.ask([_requests(a=3)])
    assert [sample.key for sample in next(blocks)] == ["a0"]
    with pytest.raises(ModelError, match="out of memory"):
        next(blocks)


def test_whole_batches_are_those_that_a_single_process_cuts() -> None:
    batches = [_requests(a=2), _requests(b=2), _requests(c=1)]
    board = Board(units(batches, whole=True), workers=2)
    given = []
    while not board.is_done:
        for worker in ("w", "x"):
            for batch in as_batches(board.take(worker)):
                given.append([request.key for request in batch])
                for request in batch:
                    board.answer(worker, _sample(request.key))
    assert sorted(given) == [["a0", "a1"], ["b0", "b1"], ["c0"]]


def test_a_shard_of_both_kinds_reaches_the_engine_as_two_batches() -> None:
    mixed = [_request("g"), _request("c", choices=("A", "B")), _request("h")]
    shard = units([mixed], whole=False)
    assert [[r.key for r in batch] for batch in as_batches(shard)] == [["g", "h"], ["c"]]


@pytest.mark.parametrize("seed", range(20))
def test_whatever_dies_or_joins_each_request_is_answered_exactly_once(seed: int) -> None:
    rng = random.Random(seed)
    requests = _requests(a=rng.randrange(1, 60), b=rng.randrange(60), c=rng.randrange(60))
    whole = bool(seed % 2)
    batches = [requests[i : i + 5] for i in range(0, len(requests), 5)] if whole else [requests]
    board = Board(units(batches, whole=whole), workers=rng.randrange(1, 6))
    lent: dict[str, list[str]] = {}
    counted: list[str] = []
    for turn in range(5000):
        if board.is_done:
            break
        worker = rng.choice([*lent, f"new{turn}"][:6])
        if not lent.get(worker):
            counted += [sample.key for sample in board.finished(worker)]
            lent[worker] = _keys(board, worker)
        elif rng.random() < 0.02:
            counted += [sample.key for sample in board.lost(worker)]
            del lent[worker]
        else:
            key = lent[worker].pop(rng.randrange(len(lent[worker])))
            counted += [sample.key for sample in board.answer(worker, _sample(key))]
    assert board.is_done
    assert sorted(counted) == sorted(request.key for request in requests)


def test_a_worker_needs_as_many_accelerators_as_its_model_is_spread_over() -> None:
    assert parallel("hf:some/model") == 1
    assert parallel("vllm:m?tensor_parallel_size=4&dtype=bfloat16") == 4
    assert parallel("lm-eval:vllm:pretrained=m,tensor_parallel_size=2,data_parallel_size=3") == 6


@pytest.mark.parametrize("on", ["ray", "ray://auto", "ray://10.0.0.1:6379", "ray://[::1]:6379"])
def test_a_place_has_one_of_three_forms(on: str) -> None:
    check_place(on)


@pytest.mark.parametrize("on", ["", "rey", "ray://", "ray://host", "ray:/h:1", "ray://a b:1"])
def test_another_place_is_refused_with_the_forms_that_there_are(on: str) -> None:
    with pytest.raises(ModelError, match="expected ray"):
        check_place(on)


def test_a_change_of_any_module_that_asks_is_other_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "runners"
    with as_file(files("lawbound.runners")) as ours:
        shutil.copytree(ours, package, ignore=shutil.ignore_patterns("__pycache__"))
    deep = package / "engines" / "deep" / "deeper"
    deep.mkdir(parents=True)
    for file in (deep.parent / "__init__.py", deep / "__init__.py", deep / "module.py"):
        file.write_text("")
    monkeypatch.setattr(
        "lawbound.runners.engines.cluster.worker.files",
        lambda name: tmp_path.joinpath(*name.split(".")[1:]),
    )
    before, unseen = versions(), []
    for file in package.rglob("*.py"):
        content = file.read_bytes()
        file.write_bytes(content + b"#")
        if versions() == before:
            unseen.append(file)
        file.write_bytes(content)
    assert sorted(unseen) == sorted((package / "cli").glob("*.py"))
