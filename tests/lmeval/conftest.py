"""lm-eval with our tasks alone, models in its registry, and logs of its plain command."""

import json
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from lm_eval_logs import LIMIT, answer_of, only_ours, run_lm_eval


@pytest.fixture(scope="session")
def chat_model() -> None:
    """`lawbound-chat`: its template keeps or drops system messages, as a text model or a chat API."""
    from lm_eval.api import model
    from lm_eval.api.registry import register_model

    import_module("lm_eval.models")  # a registry that is not empty would not take lm-eval's own
    messages: Any = import_module("lm_eval.models.api_models").JsonChatStr
    base: Any = model.LM

    @register_model("lawbound-chat")
    class Chat(base):
        tokenizer_name = "none"

        def __init__(self, template: str = "keeps", api: bool = False, **_: Any) -> None:
            super().__init__()
            self.template = template
            self.api = api

        def apply_chat_template(self, chat: list[dict[str, str]], *_: Any, **__: Any) -> Any:
            if self.template == "none":
                raise OSError("no tokenizer\nwithout a network")
            kept = [turn for turn in chat if self.template == "keeps" or turn["role"] == "user"]
            return messages(json.dumps(kept)) if self.api else json.dumps(kept)

        def chat_template(self, name: Any = None) -> str:
            return "json"

        def generate_until(self, requests: Sequence[Any], **_: Any) -> list[str]:
            return ["I can't help with that." for _ in requests]

        def loglikelihood(self, requests: Sequence[Any], **_: Any) -> Any:
            raise NotImplementedError

        loglikelihood_rolling = loglikelihood


@pytest.fixture
def only_our_tasks() -> Iterator[None]:
    """Tasks of lm-eval's own are not read."""
    with only_ours():
        yield


@pytest.fixture(scope="session")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Logs of the plain lm-eval command over one of our tasks, with a deterministic model."""
    from lm_eval.api import model
    from lm_eval.api.registry import register_model

    base: Any = model.LM

    @register_model("lawbound-test")
    class Deterministic(base):
        tokenizer_name = "none"

        @classmethod
        def create_from_arg_obj(cls, *args: Any, **kwargs: Any) -> "Deterministic":
            return cls()

        create_from_arg_string = create_from_arg_obj

        def apply_chat_template(self, chat: list[dict[str, str]], **kwargs: Any) -> str:
            return json.dumps(chat)

        def chat_template(self, name: Any = None) -> str:
            return "json"

        def generate_until(self, requests: Sequence[Any], **kwargs: Any) -> list[str]:
            chats = [json.loads(r.args[0]) for r in requests]
            found = [{m["role"]: m["content"] for m in chat} for chat in chats]
            return [answer_of(chat.get("system", ""), chat["user"]) for chat in found]

        def loglikelihood(self, requests: Sequence[Any], **kwargs: Any) -> Any:
            raise NotImplementedError

        def loglikelihood_rolling(self, requests: Sequence[Any], **kwargs: Any) -> Any:
            raise NotImplementedError

    out: Path = tmp_path_factory.mktemp("logs")
    run_lm_eval(out, LIMIT, "--model", "lawbound-test")
    return out


@pytest.fixture(scope="session")
def api(tmp_path_factory: pytest.TempPathFactory, scripted_server: str) -> Path:
    """Logs of lm-eval over one item of each selection, its model behind a chat API."""
    out: Path = tmp_path_factory.mktemp("api")
    url = f"{scripted_server}/lm/v1/chat/completions"
    with only_ours():
        run_lm_eval(
            out, 1, "--model", "local-chat-completions",
            "--model_args", f"model=tiny,base_url={url},num_concurrent=8",
        )  # fmt: skip
    return out
