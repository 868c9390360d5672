"""Reading lm-eval's logs: `--log_samples` output becomes a run folder, judged by the same code as any run."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lawbound.evals.folder.digests import Digests
from lawbound.evals.folder.files import FolderError
from lawbound.evals.folder.lmeval_logs import IMPORTED, LOGS
from lawbound.evals.folder.policies import check_neutral, origin, store_policies
from lawbound.evals.folder.record import ModelEntry, PolicyEntry, RunRecord, SuiteEntry
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.lmeval.files import find_results
from lawbound.evals.lmeval.samples import Logged, read_run
from lawbound.evals.suite.suite import load_suite
from lawbound.rubrics.policy.files import load_policy
from lawbound.rubrics.policy.policy import Policy
from lawbound.runners.lock import clear, is_unused, lock
from lawbound.runners.plan import Assignment, Plan
from lawbound.runners.sample import Fingerprint
from lawbound.runners.store import Store
from lawbound.tasks.io.yaml_files import quoted
from lawbound.tasks.records import unique


class LeftOutWarning(UserWarning):
    """Answers of an older log are left out of a run."""


def import_logs(
    folder: Path, out: Path, *, newest: bool = False, policies: Sequence[str] = ()
) -> RunFolder:
    """Turn a log folder into a run folder (`out` must not hold a run yet).

    Args:
        folder: Where lm-eval wrote.
        out: The run folder to make. If it cannot be made, nothing new is left behind.
        newest: If one model answers the same questions in several logs, take the newest log as a
            whole; a `LeftOutWarning` names each that is left out.
        policies: Files of policies that are not shipped, as they were given to the tasks.

    Raises:
        FolderError: No log is there, a log is damaged, or its numbers could not be defended.
        PolicyError: A policy file has a fault.
        StoreError: The folder cannot be made, or another process holds it.
    """
    target = RunFolder(out)
    own = {policy.id: _Source(path, policy) for path in policies for policy in [load_policy(path)]}
    check_neutral({source.name: source.policy for source in own.values()})
    # This comes first: what another process makes meanwhile stays its own.
    with lock(out):
        if target.run_yaml.exists():
            raise FolderError(
                f"{target.run_yaml}: already exists, expected a new run folder (lawbound score {out} judges "
                "what is there again)"
            )
        is_new = is_unused(out)
        by_model = _by_model(folder, newest=newest, own=own)
        _refuse_mixture((one for _, logged in by_model.values() for one in logged), folder)
        try:
            _write(target, folder, by_model, own)
        except BaseException:  # Ctrl-C leaves nothing behind either
            if is_new:
                clear(out)
            raise
    return target


@dataclass(frozen=True, slots=True)
class _Source:
    """A policy and the name that it is loaded by."""

    name: str
    policy: Policy


def _by_model(
    folder: Path, *, newest: bool, own: Collection[str]
) -> dict[str, tuple[Fingerprint, list[Logged]]]:
    by_model: dict[str, tuple[Fingerprint, list[Logged]]] = {}
    for results in find_results(folder):
        fingerprint, logged = read_run(results, own=own)
        _refuse_twice(logged, fingerprint.model)
        newer, gathered = by_model.setdefault(fingerprint.model, (fingerprint, []))
        kept = _not_answered_yet(logged, gathered, fingerprint.model, newest=newest)
        if kept and gathered:
            _refuse_another(kept[0], fingerprint, gathered[0], newer)
        gathered.extend(kept)
    if not any(logged for _, logged in by_model.values()):
        raise FolderError(f"{folder}: found no {LOGS}, expected lm-eval's logs")
    return by_model


def _refuse_twice(logged: Iterable[Logged], model: str) -> None:
    """Refuse two answers of one run to one question, of two tasks under one policy or in one log:
    neither is newer."""
    first: dict[tuple[str, str, str], Logged] = {}
    for one in logged:
        other = first.setdefault(_place(one), one)
        if other.log != one.log:
            raise FolderError(
                f"{other.log} and {one.log}: both hold answers of {model} to the same questions, asked in one run of "
                "lm-eval, expected one of them: put the other elsewhere"
            )
        if other is not one:
            raise FolderError(
                f"{one.log}:{one.line}: asks what line {other.line} asks, expected each question once"
            )


def _not_answered_yet(
    logged: Sequence[Logged], newer: Iterable[Logged], model: str, *, newest: bool
) -> list[Logged]:
    """The answers of the logs whose questions no newer log of the same model asks."""
    known = {_place(one): one.log for one in newer}
    twice = {one.log: known[_place(one)] for one in logged if _place(one) in known}
    for older, other in twice.items():
        if not newest:
            raise FolderError(
                f"{older} and {other}: both hold answers of {model} to the same questions, expected one of "
                "them: newest=True takes the newer, or put the other elsewhere"
            )
        left_out = [_place(one) for one in logged if one.log == older]
        lost = sum(place not in known for place in left_out)
        of_them = f" ({lost} of them to questions that no newer log holds)" if lost else ""
        warnings.warn(
            f"{older}: answers left out: {len(left_out)}{of_them}: the newer log is {other}",
            LeftOutWarning,
            stacklevel=2,
        )
    return [one for one in logged if one.log not in twice]


def _refuse_another(
    older: Logged, fingerprint: Fingerprint, newer: Logged, known: Fingerprint
) -> None:
    """Refuse answers of two models of one name: other weights, say, or asked by another lm-eval."""
    template = "chat_template_sha"
    found = asdict(fingerprint) | {template: older.request.rendered.template}
    for what, value in (asdict(known) | {template: newer.request.rendered.template}).items():
        if found[what] != value:
            raise FolderError(
                f"{older.log} and {newer.log}: {what} of {known.model} is {quoted(found[what])} in the one and "
                f"{quoted(value)} in the other, expected answers of one model (or a folder for each)"
            )


def _place(one: Logged) -> tuple[str, str, str]:
    return one.arm.policy, one.arm.item.id, one.arm.condition


def _write(
    target: RunFolder,
    folder: Path,
    by_model: Mapping[str, tuple[Fingerprint, list[Logged]]],
    own: Mapping[str, _Source],
) -> None:
    items = unique(one.arm.item for _, logged in by_model.values() for one in logged)
    asked = _asked(by_model, own)
    store_policies(target, (source.policy for source in asked))
    digests = Digests({})
    target.write_items(items, digests.expect)
    for fingerprint, logged in by_model.values():
        target.write_plan(_plan(fingerprint, logged), digests.expect)
        with Store(target.samples(fingerprint.model)) as store:
            store.append({one.sample.key: one.sample for one in logged}.values())
    written = digests.settle(target.plan_name(model) for model in by_model)
    record = _run_record(folder, by_model, asked)
    target.write_run(record.model_copy(update={"digests": written}))


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
    """Refuse logs that were not all asked in the same way."""
    first: dict[str, Any] = {}
    for one in logged:
        for what, value in (
            ("suite", one.arm.suite),
            ("seed", one.arm.seed),
            ("limit_items", one.arm.limit),
            ("bank", one.arm.bank),
            (f"policy_digest of {one.arm.policy}", one.arm.policy_digest),
            *asdict(one.used.settings).items(),
            # If one log has none and another has some, the names alone would tell nothing.
            ("what else --gen_kwargs says", dict(one.used.others)),
        ):
            if first.setdefault(what, value) != value:
                raise FolderError(
                    f"{folder}: {what} is {quoted(first[what])} in one log and {quoted(value)} in "
                    "another, expected logs that were asked one way (or a folder for each)"
                )


def _limit(by_model: Mapping[str, tuple[Fingerprint, list[Logged]]]) -> int | str | None:
    """The limit that the docs were drawn with, or how many were asked if lm-eval left some out."""
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
    by_model: Mapping[str, tuple[Fingerprint, list[Logged]]], own: Mapping[str, _Source]
) -> list[_Source]:
    """The logs' policies.

    Raises:
        FolderError: One says something else than when it was asked: a log holds no policy's text,
            so that nothing could judge by it.
    """
    first: dict[str, Logged] = {}
    for one in (one for _, logged in by_model.values() for one in logged):
        first.setdefault(one.arm.policy, one)
    found = []
    for name, one in first.items():
        source = own[name] if name in own else _Source(name, load_policy(name))
        if source.policy.digest != one.arm.policy_digest:
            raise FolderError(
                f"{one.log}: policy '{name}': {origin(source.name)} says something else than when it was asked, "
                f"with the digest '{source.policy.digest}', expected '{one.arm.policy_digest}' as in the log (another "
                "version may have asked, and digests may differ between versions)"
            )
        found.append(source)
    return found


def _run_record(
    folder: Path,
    by_model: Mapping[str, tuple[Fingerprint, list[Logged]]],
    asked: Iterable[_Source],
) -> RunRecord:
    every = [one for _, logged in by_model.values() for one in logged]
    arm = every[0].arm
    suite = load_suite(arm.suite)
    return RunRecord(
        lawbound=IMPORTED,
        written=datetime.now(UTC).isoformat(timespec="seconds"),
        spec={
            "suite": suite.id,
            "models": list(by_model),
            "from": folder.name,
            "limit": _limit(by_model),
        },
        seed=arm.seed,
        suite=SuiteEntry.model_validate(suite.model_dump(mode="json")),
        bank=arm.bank,
        policies=tuple(PolicyEntry.of(source.policy, source.name) for source in asked),
        settings=every[0].used.record,
        untold="how answers ended and how many tokens they took: lm-eval logs neither",
        models=tuple(
            ModelEntry(
                model=model,
                spec=model,
                reference=False,
                grader="offline",
                fingerprint=asdict(fingerprint),
                requests=len({one.request.key for one in logged}),
                failed=len({one.sample.key for one in logged if one.sample.error}),
                stale=0,
            )
            for model, (fingerprint, logged) in by_model.items()
        ),
        versions={"lm_eval": next(iter(by_model.values()))[0].version},
    )
