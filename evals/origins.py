"""As what the stored answers of a server were asked: the label and the request keys leave the address out.

A server may move, so its answers stay valid at another address; but another model may answer there, and
whoever runs it again must hear that it was not asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lawbound.runners.plan import Plan
from lawbound.runners.run import RunCounts

SERVER = "openai:"
UNVERIFIED = "unverified"
"""A revision that the user gave is their word that two addresses run the same."""


class MovedWarning(UserWarning):
    """Answers that were stored before are from another address."""


class Origins:
    """The servers that gave the answers of a run folder, by label and revision."""

    def __init__(self, before: Mapping[str, Any]) -> None:
        """Take down what the ``run.yaml`` of an earlier run says; empty where there was none."""
        self._entries: list[dict[str, str]] = []
        for entry in before.get("asked_as") or _of_models(before):
            self._add(entry["model"], entry["revision"], entry["spec"])

    def record(self) -> dict[str, Any]:
        """For ``run.yaml``; empty where no server was asked."""
        return {"asked_as": [dict(entry) for entry in self._entries]} if self._entries else {}

    def take(self, spec: str, plan: Plan, counts: RunCounts, root: Path) -> str:
        """Keep who answered.

        Args:
            spec: As what the model was asked now, such as ``openai:NAME@URL``.
            plan: What it was owed.
            counts: What became of that.
            root: The run folder.

        Returns:
            One line where stored answers may be of another server, else nothing.
        """
        label, revision = plan.fingerprint.model, plan.fingerprint.revision
        if not spec.startswith(SERVER):
            return ""
        before = [
            entry["spec"]
            for entry in self._entries
            if (entry["model"], entry["revision"]) == (label, revision)
        ]
        if counts.asked or not before:
            self._add(label, revision, spec)
        is_moved = counts.stored > 0 and any(other != spec for other in before)
        if not is_moved or revision != UNVERIFIED:
            return ""
        owed = len(plan.requests)
        share = f"all {owed}" if counts.stored == owed else f"{counts.stored} of {owed}"
        return (
            f"{label}: {share} answers were stored in {root} before, when it was asked as "
            f"{' and '.join(before)}; these were not asked of {spec} again: if another model answers "
            "there, give it another --model-revision or run folder"
        )

    def _add(self, model: str, revision: str, spec: str) -> None:
        entry = {"model": model, "revision": revision, "spec": spec}
        if entry not in self._entries:
            self._entries.append(entry)


def _of_models(before: Mapping[str, Any]) -> list[dict[str, str]]:
    """From folders of before origins were kept: the addresses of the last run."""
    return [
        {
            "model": entry["model"],
            "revision": str(entry.get("fingerprint", {}).get("revision", UNVERIFIED)),
            "spec": entry["spec"],
        }
        for entry in before.get("models", ())
        if entry["spec"].startswith(SERVER)
    ]
