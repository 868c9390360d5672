"""lm-eval with our tasks alone, and a model of its registry that answers everything alike."""

import json
from collections.abc import Iterator, Sequence
from functools import partial
from importlib import import_module
from typing import Any

import pytest


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
def only_our_tasks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Reading the hundreds of lm-eval's own would take most of the time."""
    tasks: Any = import_module("lm_eval.tasks")
    monkeypatch.setattr(tasks, "TaskManager", partial(tasks.TaskManager, include_defaults=False))
    yield
