"""Reading lm-eval's logs: `--log_samples` output becomes a run folder, judged by the same code as any run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lawbound.evals.folder.policies import store_policies
from lawbound.evals.folder.run_folder import FolderError, RunFolder
from lawbound.evals.lmeval.samples import TASK_PREFIX, Logged, read_run
from lawbound.evals.suite import load_suite
from lawbound.rubrics.policy.files import load_policy
from lawbound.rubrics.policy.policy import Policy
from lawbound.runners.plan import Assignment, Plan
from lawbound.runners.sample import Fingerprint
from lawbound.runners.store import Store, lock
from lawbound.tasks.files import quoted
from lawbound.tasks.records import unique


def is_log_folder(folder: Path) -> bool:
    """Whether lm-eval wrote logs of our tasks below this folder."""
    return folder.is_dir() and next(folder.rglob(f"samples_{TASK_PREFIX}*.jsonl"), None) is not None


def import_logs(folder: Path, out: Path) -> RunFolder:
    """Turn a log folder into a run folder (`out` must not hold a run yet).

    Raises:
        FolderError: No log is there, a log is damaged, or its numbers could not be defended.
    """
    target = RunFolder(out)
    if target.run_yaml.exists():
        raise FolderError(f"{target.run_yaml}: already exists, expected a new run folder")
    by_model: dict[str, tuple[Fingerprint, list[Logged]]] = {}
    for results in sorted(folder.rglob("results_*.json")):
        fingerprint, logged = read_run(results)
        _, gathered = by_model.setdefault(fingerprint.model, (fingerprint, []))
        gathered.extend(logged)
    if not any(logged for _, logged in by_model.values()):
        raise FolderError(
            f"{folder}: found no samples_{TASK_PREFIX}*.jsonl, expected lm-eval's logs"
        )
    _refuse_mixture((one for _, logged in by_model.values() for one in logged), folder)
    with lock(out):
        items = unique(one.arm.item for _, logged in by_model.values() for one in logged)
        asked = _asked(by_model)
        # A log names its policy and holds no text: what is shipped is stored where it is what was asked.
        store_policies(target, (policy for policy, digest in asked if policy.digest == digest))
        target.write_items(items)
        for fingerprint, logged in by_model.values():
            plan = _plan(fingerprint, logged)
            target.write_plan(plan)
            with Store(target.samples(fingerprint.model)) as store:
                store.append({one.sample.key: one.sample for one in logged}.values())
        target.write_run(_run_record(folder, by_model, asked))
    return target


def _plan(fingerprint: Fingerprint, logged: list[Logged]) -> Plan:
    requests = {one.request.key: one.request for one in logged}
    assignments = tuple(
        Assignment(
            key=one.request.key,
            item=one.arm.item.id,
            condition=one.arm.condition,
            strength=one.arm.strength,
            policy=one.arm.policy,
            wording=one.arm.wording,
            epoch=0,
            mode="generate",
        )
        for one in logged
    )
    return Plan(tuple(requests.values()), assignments, fingerprint)


def _refuse_mixture(logged: Iterable[Logged], folder: Path) -> None:
    """One run is asked one way."""
    first: dict[str, Any] = {}
    for one in logged:
        for what, value in (
            ("suite", one.arm.suite),
            ("seed", one.arm.seed),
            ("limit_items", one.arm.limit),
            ("bank", one.arm.bank),
            (f"policy_digest of {one.arm.policy}", one.arm.policy_digest),
            *asdict(one.request.settings).items(),
        ):
            if first.setdefault(what, value) != value:
                raise FolderError(
                    f"{folder}: {what} is {quoted(first[what])} in one log and {quoted(value)} in "
                    "another, expected logs that were asked one way (or a folder for each)"
                )


def _limit(by_model: Mapping[str, tuple[Fingerprint, list[Logged]]]) -> int | str | None:
    """The limit that the docs were drawn with, or how many were asked where lm-eval left some out."""
    asked: dict[tuple[str, str], set[tuple[str, str]]] = {}
    owed: dict[tuple[str, str], int] = {}
    limit = None
    for model, (_, logged) in by_model.items():
        for one in logged:
            place = model, one.arm.policy
            asked.setdefault(place, set()).add((one.arm.item.id, one.arm.condition))
            owed[place] = one.arm.documents
            limit = one.arm.limit
    number, total = sum(map(len, asked.values())), sum(owed.values())
    return limit if number == total else f"{number} of {total} documents"


def _asked(
    by_model: Mapping[str, tuple[Fingerprint, list[Logged]]],
) -> list[tuple[Policy, str]]:
    """The logs' policies as they are shipped now, each with the digest of the text that was asked under."""
    every = (one.arm for _, logged in by_model.values() for one in logged)
    digests = {arm.policy: arm.policy_digest for arm in every}
    return [(load_policy(name), digest) for name, digest in digests.items()]


def _run_record(
    folder: Path,
    by_model: Mapping[str, tuple[Fingerprint, list[Logged]]],
    asked: Iterable[tuple[Policy, str]],
) -> dict[str, Any]:
    every = [one for _, logged in by_model.values() for one in logged]
    arm, settings = every[0].arm, every[0].request.settings
    suite = load_suite(arm.suite)
    return {
        "lawbound": "imported from lm-eval",
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "spec": {
            "suite": suite.id,
            "models": list(by_model),
            "from": folder.name,
            "limit": _limit(by_model),
        },
        "seed": arm.seed,
        "suite": suite.model_dump(mode="json"),
        "bank": arm.bank,
        "policies": [
            {"id": p.id, "name": p.name, "version": p.version, "digest": digest, "from": p.id}
            for p, digest in asked
        ],
        "settings": asdict(settings),
        "untold": "how answers ended and how many tokens they took: lm-eval logs neither",
        "models": [
            {
                "model": model,
                "spec": model,
                "reference": False,
                "grader": "offline",
                "fingerprint": asdict(fingerprint),
                "requests": len({one.request.key for one in logged}),
                "failed": len({one.sample.key for one in logged if one.sample.error}),
                "stale": 0,
            }
            for model, (fingerprint, logged) in by_model.items()
        ],
        "versions": {"lm_eval": next(iter(by_model.values()))[0].version},
    }
