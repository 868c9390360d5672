"""Where each file of a run folder is."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lawbound.evals.folder.digests import BOARD, ITEMS, METRICS, VERDICTS

_JUDGEMENTS: Final = "judgements"


def slug(model: str) -> str:
    """A file name for a model: readable, unique, and never a path."""
    readable = re.sub(r"[^A-Za-z0-9._-]+", "-", model).strip("-.")[:48] or "model"
    return f"{readable}-{hashlib.sha256(model.encode()).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class RunPaths:
    """Paths of one run folder."""

    root: Path

    @property
    def run_yaml(self) -> Path:
        """Resolved spec, versions, digests: the path of ``run.yaml``."""
        return self.root / "run.yaml"

    @property
    def items(self) -> Path:
        """Every item that was asked."""
        return self.root / ITEMS

    def policy(self, policy_id: str) -> Path:
        """The text of one policy as asked, parents folded in. Ids hold no dots or slashes."""
        return self.root / "policies" / f"{policy_id}.yaml"

    def samples(self, model: str) -> Path:
        """Samples of one model."""
        return self.root / "samples" / f"{slug(model)}.jsonl"

    def plan(self, model: str) -> Path:
        """Assignments of one model."""
        return self.root / "plan" / f"{slug(model)}.jsonl"

    def prompts(self, model: str) -> Path:
        """Rendered prompts of one model."""
        return self.root / "prompts" / f"{slug(model)}.jsonl"

    def replies(self, judge: str) -> Path:
        """Replies of one judge."""
        return self.root / _JUDGEMENTS / f"{slug(judge)}.jsonl"

    @property
    def readings(self) -> Path:
        """What became of every answer that judges were asked about."""
        return self.root / _JUDGEMENTS / "readings.jsonl"

    def plan_name(self, model: str) -> str:
        """The plan's path within the folder."""
        return self.plan(model).relative_to(self.root).as_posix()

    @property
    def verdicts(self) -> Path:
        """Every verdict, as a table."""
        return self.root / VERDICTS

    @property
    def metrics(self) -> Path:
        """Every number, with its interval."""
        return self.root / METRICS

    @property
    def leaderboard(self) -> Path:
        """One row for each model x policy x mode."""
        return self.root / BOARD

    @property
    def report(self) -> Path:
        """The page about the run."""
        return self.root / "report.html"

    @property
    def compliance(self) -> Path:
        """Thresholds of a policy, and whether they were reached; only if a policy sets any."""
        return self.root / "compliance.csv"

    @property
    def corrected(self) -> Path:
        """Rates corrected by labels; only if a sheet of labels was used."""
        return self.root / "corrected.csv"

    @property
    def correction(self) -> Path:
        """What the corrected rates were made from."""
        return self.root / "corrected.yaml"
