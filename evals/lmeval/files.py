"""The files that lm-eval writes for one run: results, and beside them a log for each task.

Both names end in the time of the run, ``results_TIME.json`` and ``samples_TASK_TIME.jsonl``. If
``--output_path`` names a file, such as ``logs/mine.json``, the results are ``logs/mine_TIME.json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from glob import escape
from pathlib import Path

from lawbound.evals.folder.files import FolderError, read_records
from lawbound.evals.folder.lmeval_logs import LOGS, TASK_PREFIX


def is_log_folder(folder: Path) -> bool:
    """Whether lm-eval wrote logs of our tasks below this folder.

    Raises:
        FolderError: The path is one of the files (a log is useful only with the results beside it),
            or the folder holds only logs whose tasks do not have our names.
    """
    if folder.is_file() and _is_one_of_them(folder):
        raise FolderError(
            f"{folder}: is one file of lm-eval's logs, expected the folder that it is in (with its "
            f"results): lawbound score {folder.parent}"
        )
    if not folder.is_dir():
        return False
    if next(folder.rglob(LOGS), None) is not None:
        return True
    for file in sorted(folder.rglob("samples_*.jsonl")):
        if _asks_ours(file):
            raise FolderError(
                f"{file}: holds our documents under another name, expected a task whose name begins with "
                f"{TASK_PREFIX}"
            )
    return False


def find_results(folder: Path) -> list[Path]:
    """Every results file below a folder that one of our logs belongs to, the newest first.

    Raises:
        FolderError: A log has no results that say which model answered.
    """
    found: set[Path] = set()
    for log in sorted(folder.rglob(LOGS)):
        beside = set(log.parent.glob(f"*_{escape(_time_of(log))}.json"))
        if not beside:
            raise FolderError(
                f"{log}: found no results of the same time beside it, expected lm-eval's results_*.json, which says "
                "who answered"
            )
        found |= beside
    return sorted(found, key=lambda file: (_time_of(file), file.name), reverse=True)


def find_logs(results: Path) -> dict[str, Path]:
    """Task -> its log, for the logs that belong to a results file."""
    time = _time_of(results)
    files = sorted(results.parent.glob(f"samples_{TASK_PREFIX}*_{escape(time)}.jsonl"))
    return {
        file.name.removeprefix("samples_").removesuffix(f"_{time}.jsonl"): file for file in files
    }


def _time_of(file: Path) -> str:
    """It holds no underscore, and whatever stands before it ends in one."""
    return file.stem.rpartition("_")[2]


def _is_one_of_them(file: Path) -> bool:
    if file.name.startswith((f"samples_{TASK_PREFIX}", "results_")):
        return True
    return file.suffix == ".json" and bool(find_logs(file))


def _asks_ours(file: Path) -> bool:
    """Whether a log's first line has the columns of our documents."""
    try:
        _, record = next(read_records(file))
    except (FolderError, StopIteration):
        return False
    doc = record.get("doc")
    return isinstance(doc, Mapping) and {"system_policy", "lawbound"} <= set(doc)
