"""The endpoint engine and a server that was not written here: ``transformers serve``, real weights."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from lawbound.runners.engines.endpoint.engine import EndpointEngine
from lawbound.runners.engines.endpoint.patience import Patience
from lawbound.runners.engines.local import smollm2
from lawbound.runners.engines.protocol import ModelError
from lawbound.runners.sample import Message, Request, Settings

pytestmark = pytest.mark.model

SERVE = "import sys; from transformers.cli.transformers import main; sys.exit(main())"


@dataclass(frozen=True, slots=True)
class Server:
    model: str
    url: str


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    model = str(smollm2.ensure())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [sys.executable, "-c", SERVE, "serve", model, "--device", "cpu", "--dtype", "float32"]
    with subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", port],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
    ) as process:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if "running on" in line:
                break
        assert process.poll() is None, "".join(said)
        yield Server(model, f"http://127.0.0.1:{port}/v1")
        process.terminate()
        process.stderr.read()


def _greedy(folder: str, chat: list[dict[str, str]], tokens: int) -> str:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(folder)
    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype="float32")
    inputs = tokenizer.apply_chat_template(
        chat, add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    output = model.generate(**inputs, max_new_tokens=tokens, do_sample=False)
    text: str = tokenizer.decode(
        output[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True
    )
    return text


def test_a_real_server_says_what_the_same_weights_say_without_it(server: Server) -> None:
    engine = EndpointEngine.open(server.model, server.url, concurrency=2)
    system = "You are a helpful clerk. Answer in one sentence."
    users = ["What is the capital of France?", "Name three rivers of Europe."]
    chats = [(Message("system", system), Message("user", user)) for user in users]
    requests = [
        Request(user, chat, engine.render(chat), Settings(max_tokens=20))
        for user, chat in zip(users, chats, strict=True)
    ]
    found = {sample.key: sample for sample in engine.generate(requests)}
    for user, chat in zip(users, chats, strict=True):
        turns = [{"role": m.role, "content": m.content} for m in chat]
        assert found[user].text == _greedy(server.model, turns, 20)
        assert (found[user].error, found[user].placement) == ("", "system")
        assert found[user].engine == "endpoint"  # it tells its token counts
        assert 0 < found[user].completion_tokens <= 20


def test_a_real_server_without_the_model_is_one_line(server: Server) -> None:
    with pytest.raises(ModelError, match=r"^model 'openai:no/such-model': .*status 4\d\d"):
        EndpointEngine.open("no/such-model", server.url, patience=Patience(retries=0))
