"""A program to be killed: a run of a slow model over the quick suite, in the folder it is given.

With a second path, the last requests are answered only once there is a file.
"""

import hashlib
import sys
import time
from pathlib import Path

from lawbound import FunctionEngine, RunSpec, evaluate
from lawbound.runners.sample import Request

HELD_BACK = 80
"""Answers that are given at once, of more than a hundred."""

_answered: list[str] = []


def answer(request: Request) -> str:
    """Refuse, answer or say nothing, by the content of the request alone; a few requests fail."""
    time.sleep(0.004)
    _answered.append(request.key)
    while len(_answered) > HELD_BACK and len(sys.argv) > 2 and not Path(sys.argv[2]).exists():
        time.sleep(0.01)
    draw = int(hashlib.sha256(request.key.encode()).hexdigest(), 16) % 10
    if draw == 0:
        raise RuntimeError("the server said 500")
    question = request.messages[-1].content
    return ["I'm sorry, but I can't help with that.", f"About {question[:80]}: yes.", ""][draw % 3]


if __name__ == "__main__":
    spec = RunSpec(
        suite="quick", models=("slow",), policies=("cn", "us"), limit=12, references=False
    )
    evaluate(spec, sys.argv[1], engines={"slow": FunctionEngine(answer, name="slow")})
