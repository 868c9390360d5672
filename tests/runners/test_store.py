"""The store: nothing stored is lost, nothing damaged is believed."""

import errno
import hashlib
import json
import math
import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lawbound.runners.canonical import canonical_json
from lawbound.runners.lock import StoreError
from lawbound.runners.sample import Sample
from lawbound.runners.store import Store, read_samples


def _sample(key: str, text: str = "yes", error: str = "") -> Sample:
    return Sample(key=key, text=text, finish="error" if error else "stop", error=error)


def _write(path: Path, *samples: Sample) -> None:
    with Store(path) as store:
        store.append(samples)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    odd = Sample("k", "a\ud800\x00\u2028\n\u202e终", "choices", choice_logprobs=(-1.5, -0.25))
    untold = Sample("m", "yes", "unknown", prompt_tokens=None, thinking_tokens=None)
    _write(path, odd, _sample("l"), untold)
    assert read_samples(path) == {"k": odd, "l": _sample("l"), "m": untold}


def test_the_last_record_without_error_wins(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    _write(path, _sample("k", error="down"), _sample("k", "first"), _sample("k", "second"))
    _write(path, _sample("k", error="down again"))
    assert read_samples(path)["k"].text == "second"


def test_an_error_is_kept_where_there_is_nothing_better(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    _write(path, _sample("k", error="first"), _sample("k", error="last"))
    assert read_samples(path)["k"].error == "last"


def test_a_torn_last_line_is_owed_again(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    _write(path, _sample("k"), _sample("l"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    assert set(read_samples(path)) == {"k"}
    _write(path, _sample("l", "again"))
    assert read_samples(path)["l"].text == "again"
    assert path.with_suffix(".quarantine.jsonl").exists()


def test_a_last_record_that_lacks_only_its_line_break_counts(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    _write(path, _sample("k"), _sample("l"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    assert set(read_samples(path)) == {"k", "l"}
    with Store(path):
        assert path.read_bytes() == whole
    _write(path, _sample("m"))
    assert set(read_samples(path)) == {"k", "l", "m"}
    assert not path.with_suffix(".quarantine.jsonl").exists()


def test_a_repaired_file_is_as_private_as_before(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    _write(path, _sample("k"))
    path.write_bytes(path.read_bytes() + b"torn")
    path.chmod(0o600)
    with Store(path):
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_flipped_letter_inside_an_answer_is_quarantined(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    _write(path, _sample("k", "the true answer"), _sample("l"))
    path.write_bytes(path.read_bytes().replace(b"the true", b"the trve"))
    assert set(read_samples(path)) == {"l"}
    _write(path)
    assert b"trve" in path.with_suffix(".quarantine.jsonl").read_bytes()
    assert b"trve" not in path.read_bytes()


@pytest.mark.parametrize(
    "junk",
    [b"\n", b"null\n", b"[]\n", b'{"check":1}\n', b'{"sample":{}}\n', b"\xff\xfe\n", b"[" * 5000],
)
def test_junk_between_records_is_passed_over(tmp_path: Path, junk: bytes) -> None:
    path = tmp_path / "s.jsonl"
    _write(path, _sample("k"))
    path.write_bytes(junk + b"\n" + path.read_bytes())
    assert set(read_samples(path)) == {"k"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("seconds", True),
        ("seconds", math.nan),
        ("seconds", math.inf),
        ("seconds", 10**400),
        ("choice_logprobs", (True, -1.0)),
        ("choice_logprobs", (math.nan, -1.0)),
        ("choice_logprobs", (math.inf, -1.0)),
        ("choice_logprobs", (10**400, -1.0)),
        ("choice_logprobs", ("a", -1.0)),
        ("choice_logprobs", ("a",)),
        ("text", 5),
        ("finish", "hacked"),
        ("placement", "none of them"),
        ("prompt_tokens", 10**30),
        ("prompt_tokens", "9"),
        ("prompt_tokens", True),
        ("seconds", "soon"),
        ("error", None),
    ],
)
def test_what_no_engine_measures_is_damage_whoever_signed_it(
    tmp_path: Path, field: str, value: Any
) -> None:
    path = tmp_path / "s.jsonl"
    body = canonical_json(asdict(_sample("k")) | {field: value})
    check = hashlib.sha256(body).hexdigest()[:16]
    path.write_bytes(b'{"check":"%s","sample":%s}\n' % (check.encode(), body))
    assert not read_samples(path)
    _write(path, _sample("l"))
    assert set(read_samples(path)) == {"l"}
    assert body in path.with_suffix(".quarantine.jsonl").read_bytes()


class _Unprintable:
    def __repr__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("text", None, "text is None, expected text"),
        ("text", b"yes", "text is b'yes' (bytes), expected text"),
        ("thinking", _Unprintable(), "thinking is a value of type _Unprintable, expected text"),
        ("finish", "eos", "finish is 'eos', expected one of stop, length, blocked, choices, "),
        ("finish", np.ones(2), "finish is array([1., 1.]) (ndarray), expected one of stop, "),
        ("placement", None, "placement is None, expected one of system, user, none"),
        ("prompt_tokens", -1, "prompt_tokens is -1 (int), expected a count, or None where "),
        pytest.param(
            "prompt_tokens", 10**5000, "prompt_tokens is a value of type int, expected a", id="long"
        ),
        ("completion_tokens", 2.0, "completion_tokens is 2.0, expected a count"),
        ("thinking_tokens", True, "thinking_tokens is True (bool), expected a count"),
        ("seconds", math.nan, "seconds is nan, expected a number"),
        ("seconds", "1", "seconds is '1', expected a number"),
        ("choice_logprobs", None, "choice_logprobs is None, expected numbers"),
        ("choice_logprobs", (math.nan,), "found nan as the log-likelihood of a choice, expected "),
        ("choice_logprobs", (np.float32(-1),), f"found {np.float32(-1)!r} (float32) as the "),
        ("error", None, "error is None, expected text"),
        ("engine", 7, "engine is 7 (int), expected text"),
    ],
)
def test_what_could_not_be_read_back_is_stored_as_an_error_that_says_why(
    tmp_path: Path, field: str, value: Any, told: str
) -> None:
    path = tmp_path / "s.jsonl"
    _write(path, replace(_sample("k"), **{field: value}), _sample("l"))
    found = read_samples(path)
    assert (found["k"].finish, found["k"].text) == ("error", "")
    assert found["k"].error.startswith(told)
    assert found["l"] == _sample("l")
    assert not path.with_suffix(".quarantine.jsonl").exists()


def test_an_error_keeps_its_words_whatever_else_of_its_sample_is_odd(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    odd: Any = None
    _write(path, Sample("k", odd, odd, prompt_tokens=0, engine="e", error="out of\nmemory"))
    assert read_samples(path) == {"k": Sample("k", "", "error", engine="e", error="out of memory")}


def test_an_answer_longer_than_a_line_may_be_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lawbound.runners.store.MAX_LINE", 2000)
    path = tmp_path / "s.jsonl"
    _write(path, _sample("k", "终" * 300), _sample("l", "y" * 1200), _sample("m", error="x" * 2000))
    found = read_samples(path)
    assert found["k"].error.startswith("the answer takes 2")
    assert found["k"].error.endswith(" bytes, expected at most 2000")
    assert found["l"].text == "y" * 1200
    assert found["m"].error == "x" * 300


def test_an_impossible_choice_is_none_the_less_a_choice(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    one = replace(_sample("k"), choice_logprobs=(-math.inf, -1, -0.5), seconds=2)
    _write(path, one)
    assert read_samples(path) == {"k": one}


def test_samples_below_a_file_are_not_taken_for_samples_that_were_never_asked(
    tmp_path: Path,
) -> None:
    assert read_samples(tmp_path / "none" / "s.jsonl") == {}
    (tmp_path / "samples").write_text("")
    with pytest.raises(StoreError, match=r"s\.jsonl: cannot be read \(Not a directory\)"):
        read_samples(tmp_path / "samples" / "s.jsonl")


def test_an_undamaged_file_is_not_rewritten(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    _write(path, _sample("k"))
    before = path.stat().st_ino, path.read_bytes()
    _write(path)
    assert (path.stat().st_ino, path.read_bytes()) == before


def test_a_line_that_another_program_spaced_out_is_still_whole(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    _write(path, _sample("k", "the true answer"))
    path.write_text(json.dumps(json.loads(path.read_text()), indent=None) + "\n")
    assert read_samples(path) == {"k": _sample("k", "the true answer")}


def test_what_a_failed_append_has_written_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s.jsonl"

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with Store(path) as store:
        store.append([_sample("k")])
        before = path.read_bytes()
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(StoreError, match=r"No space left on device\); everything before"):
                store.append([_sample("l"), _sample("m")])
        assert path.read_bytes() == before
        store.append([_sample("n")])
    assert list(read_samples(path)) == ["k", "n"]


def test_samples_and_a_repaired_file_are_on_the_disk_before_anything_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s.jsonl"
    synced: list[bytes] = []

    def sync(descriptor: int) -> None:
        files = {entry.stat().st_ino: entry for entry in tmp_path.iterdir()}
        synced.append(files[os.fstat(descriptor).st_ino].read_bytes())

    monkeypatch.setattr(os, "fsync", sync)
    _write(path, _sample("k"))
    assert synced == [path.read_bytes()]
    whole = path.read_bytes()
    path.write_bytes(whole + b"torn")
    with Store(path):
        assert synced[1:] == [whole]
