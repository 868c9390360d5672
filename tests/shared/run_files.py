"""What tests look at in a run folder."""

from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from lawbound.runners.store import read_samples

CSVS = ("leaderboard.csv", "metrics.csv")


def csvs(out: Path) -> list[bytes]:
    """Every number of a run, byte for byte."""
    return [(out / name).read_bytes() for name in CSVS]


def frame_of(out: Path) -> pd.DataFrame:
    """The verdicts, whether or not they belong to the run."""
    return pd.read_parquet(out / "verdicts.parquet")


def judge_of(out: Path) -> dict[str, Any]:
    """What the run's record says of its judges."""
    found: dict[str, Any] = yaml.safe_load((out / "run.yaml").read_text())["judge"]
    return found


def judged_files(out: Path) -> tuple[bytes, bytes]:
    """The files that another reader of the answers would change."""
    return frame_of(out).to_csv().encode(), (out / "leaderboard.csv").read_bytes()


def answers_of(out: Path) -> dict[str, str]:
    """What the run's one model answered, by request key."""
    (file,) = (out / "samples").glob("*.jsonl")
    return {key: sample.text for key, sample in read_samples(file).items()}


def for_judges(frame: pd.DataFrame) -> pd.Series:
    """Rows whose answers are a judge's to read."""
    generated = frame["kind"].isin(["policy", "fact"]) & (frame["mode"] == "generate")
    return generated & (frame["behaviour"] != "empty")
