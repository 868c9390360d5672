"""Models in a home folder that nobody knows: one line, not a traceback."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lawbound.runners.engines.home import expanded

Command = Callable[..., tuple[int, str, str]]


def test_a_path_without_a_home_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("USERPROFILE", "/home/me")
    assert expanded("~/x") == Path("/home/me/x")
    assert expanded("~no-such-user/x") == Path("~no-such-user/x")


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("hf:~no-such-user/x", "~no-such-user/x: no such folder, "),
        ("gguf:~no-such-user/x.gguf", "~no-such-user/x.gguf: no such file, "),
        ("openvino:~no-such-user/x", "model 'openvino:~no-such-user/x': found no "),
    ],
)
def test_a_model_of_a_user_whom_nobody_knows_is_one_line(
    command: Command, tmp_path: Path, model: str, said: str
) -> None:
    options = ["--policy", "us", "--limit", "1", "--no-references", "--out", str(tmp_path / "run")]
    code, _, err = command("run", "quick", "--model", model, *options)
    assert code == 2
    assert err.splitlines()[-1].startswith(f"error: {said}")
