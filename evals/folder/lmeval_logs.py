"""Recognising a folder that is not a run but contains lm-eval's logs of our tasks, and saying what to do with it."""

from itertools import chain
from pathlib import Path

TASK_PREFIX = "lawbound_"
"""How the names of our tasks begin inside lm-eval."""
LOGS = f"samples_{TASK_PREFIX}*.jsonl"
IMPORTED = "imported from lm-eval"
"""Stands in `run.yaml` for the version that asked: a log does not record it."""
NO_TEXT = "no text, which lm-eval also logs for a failed request: expected some"
"""Stands in a sample's error: why an empty text of a chat API does not count as an answer."""


def hint_of_logs(folder: Path) -> str:
    """A hint to append to "expected a run folder"; empty if the folder holds no lm-eval logs.

    lm-eval writes one folder per model; deeper folders are not searched.
    """
    found = next(chain(folder.glob(LOGS), folder.glob(f"*/{LOGS}")), None)
    return f"; it holds logs of lm-eval: lawbound score {folder}" if found else ""
