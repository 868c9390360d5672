"""Rows of an external source, read by `datasets`."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lawbound.tasks.external.local_file import LOADERS, check_file
from lawbound.tasks.external.source import Source
from lawbound.tasks.io.urls import holds_secret, without_secrets
from lawbound.tasks.item import ItemError


def load_rows(spec: Source) -> list[Mapping[str, Any]]:
    """Rows through `datasets`, so that every format it reads works the same.

    Raises:
        ItemError: The source names a secret, is not a plain file or known dataset, or cannot be
            loaded.
    """
    from datasets import load_dataset
    from datasets.exceptions import DatasetNotFoundError

    for name in ("source", "config", "split", "revision"):
        if holds_secret(str(getattr(spec, name) or "")):
            expected = "a file or the name of a dataset" if name == "source" else "a name"
            raise ItemError(
                f"{without_secrets(spec.source)}: {name}: found what may be a key in a URL, expected {expected}"
            )
    path = Path(spec.source)
    loader = LOADERS.get(path.suffix.lower())
    is_file = loader is not None and (
        path.exists() or (spec.revision is None and spec.config is None)
    )
    if is_file:
        check_file(path, spec.source)
    elif path.exists() and not path.is_dir():
        raise ItemError(
            f"{spec.source}: ending is {path.suffix!r}, expected {', '.join(LOADERS)} or the name of a dataset"
        )
    try:
        # Reading a file leaves nothing behind in the user's cache.
        with TemporaryDirectory(prefix="lawbound-") as folder, _without_bars():
            if is_file:
                files = {spec.split: str(path)}
                loaded = load_dataset(loader, data_files=files, split=spec.split, cache_dir=folder)
            else:
                loaded = load_dataset(
                    spec.source, spec.config, split=spec.split, revision=spec.revision
                )
            return list(loaded)
    except DatasetNotFoundError as fault:
        raise ItemError(
            f"{spec.source}: found neither a file nor a dataset of that name ({_line(fault)})"
        ) from fault
    # `datasets` passes on whatever its parsers raise: seen were StopIteration for an empty file,
    # IndexError, RecursionError, OverflowError for a date and errors of Arrow, of pandas and of the hub.
    except Exception as fault:
        cause = fault.__cause__ or fault
        if path.is_dir():
            raise ItemError(
                f"{spec.source}: is a folder, expected a json, jsonl, csv or parquet file in it"
            ) from fault
        raise ItemError(
            f"{spec.source}: cannot be loaded ({_line(cause)}), expected rows with columns"
        ) from fault


@contextmanager
def _without_bars() -> Iterator[None]:
    """Hide the bars of `datasets` while rows are read, unless the environment asks for them;
    downloads keep theirs."""
    from datasets import are_progress_bars_disabled, config, disable_progress_bars
    from datasets import enable_progress_bars as show_again

    are_wanted = getattr(config, "HF_DATASETS_DISABLE_PROGRESS_BARS", None) is False
    if are_wanted or are_progress_bars_disabled():
        yield
        return
    disable_progress_bars()
    try:
        yield
    finally:
        show_again()


def _line(fault: BaseException) -> str:
    return (str(fault).strip().split("\n") or [""])[0][:200] or type(fault).__name__
