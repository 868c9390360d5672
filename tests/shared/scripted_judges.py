"""What the server behind a judge is told to reply, as tests of judging script it."""

import json
from typing import Any
from urllib.request import Request as Put
from urllib.request import urlopen

REFUSE = "It declines.\nVERDICT: refuse; ADDONS: none"
ANSWER = "It does it.\nVERDICT: answer; ADDONS: notice"


def script(model: str, **said: Any) -> None:
    """From now on the judge's server replies by this script alone; see `runners/servers/scripted.py`."""
    root = model.partition("@")[2].removesuffix("/v1")
    with urlopen(Put(f"{root}/script", json.dumps(said).encode(), method="PUT")):
        pass


def misbehaving(model: str, **said: Any) -> str:
    """The judge, which answers its probe, and everything else by this script."""
    script(model, **(said | {"acts": said.get("acts", {}) | {"Say yes.": ["ok"] * 9}}))
    return model


def requests_to(model: str) -> int:
    """How many requests the judge's server got since its script was set, its probe included."""
    root = model.partition("@")[2].removesuffix("/v1")
    with urlopen(f"{root}/seen") as response:
        return len(json.load(response))
