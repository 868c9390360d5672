"""Models that the local engine loads: their fingerprint, their template, and what is told of one that cannot be loaded."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_models import TEMPLATE, nine_requests, save_tokenizer

from lawbound.runners.engines import EngineOptions, open_engine
from lawbound.runners.engines.local.engine import LocalEngine
from lawbound.runners.engines.protocol import ModelError
from lawbound.runners.sample import Message

Save = Callable[..., Path]

# torch alone takes seconds to load: real engines run in the slow set, tiny models included.
pytestmark = pytest.mark.model
NO_SYSTEM = (
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no') }}{% endif %}" + TEMPLATE
)
DROPS_SYSTEM = TEMPLATE.replace("in messages %}", "in messages if m['role'] != 'system' %}")


def test_bfloat16_has_a_fixed_batch_in_its_fingerprint(save: Save) -> None:
    engine = LocalEngine.load(str(save("llama")), dtype="bfloat16", batch_size=4, threads=1)
    assert engine.fixed_batch == 4
    assert engine.fingerprint().dtype == "bfloat16, batch 4"
    requests = nine_requests(engine)[:4]
    first = [(sample.key, sample.text) for sample in engine.generate(requests)]
    assert first == [(sample.key, sample.text) for sample in engine.generate(requests)]


def test_a_fingerprint_follows_the_weights(save: Save) -> None:
    one, same = save("llama"), save("llama")
    other = save("llama", initializer_range=0.3)
    revisions = [LocalEngine.load(str(f)).fingerprint().revision for f in (one, same, other)]
    assert revisions[0] == revisions[1] != revisions[2]
    assert revisions[0].startswith("sha256:")


@pytest.mark.parametrize("template", [NO_SYSTEM, DROPS_SYSTEM])
def test_a_template_without_system_role_gets_the_policy_on_top(template: str, save: Save) -> None:
    engine = LocalEngine.load(str(save("llama", template)))
    chat = (Message("system", "w1 w2"), Message("user", "w3"))
    rendered = engine.render(chat)
    assert rendered.text == "<user> w1 w2\n\nw3 <end> <assistant>"
    assert rendered.placement == "user"
    assert engine.render(chat[1:]).placement == "none"


def test_a_template_with_system_role_keeps_the_policy_there(llama: LocalEngine) -> None:
    rendered = llama.render((Message("system", "w1 w2"), Message("user", "w3")))
    assert rendered.text == "<system> w1 w2 <end> <user> w3 <end> <assistant>"
    assert rendered.placement == "system"
    assert llama.count_tokens(rendered.text) == 8


def test_a_model_without_template_gets_sections(save: Save) -> None:
    engine = LocalEngine.load(str(save("llama", None)))
    rendered = engine.render((Message("system", "Be brief."), Message("user", "Why?")))
    assert rendered.text == ("### Instructions\nBe brief.\n\n### Question\nWhy?\n\n### Answer\n")


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"config.json": "{"},
        {"config.json": '{"model_type": "llama"}', "model.safetensors": "junk"},
    ],
    ids=["empty", "no JSON", "no weights"],
)
def test_a_broken_folder_is_one_clear_line(files: dict[str, str], tmp_path: Path) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    if files:
        save_tokenizer(tmp_path)
    with pytest.raises(ModelError, match="cannot be loaded") as caught:
        LocalEngine.load(str(tmp_path))
    assert "\n" not in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_a_gguf_file_is_looked_for_where_the_name_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "x.gguf").write_text("")
    for name, place in (("/no/such/x.gguf", "/no/such"), ("~/x.gguf", str(tmp_path / "home"))):
        with pytest.raises(ModelError, match=f"^{place}/x.gguf: no such file, expected a GGUF"):
            open_engine(f"gguf:{name}", EngineOptions())


@pytest.mark.parametrize("name", ["/no/such/folder", "./no-such-folder", "~/no-such-folder"])
def test_a_missing_folder_is_not_taken_for_a_hub_name(name: str) -> None:
    with pytest.raises(ModelError, match="no such folder, expected a folder or a hub name"):
        LocalEngine.load(name)
