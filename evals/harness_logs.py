"""Reading lm-eval's logs: `--log_samples` output becomes a run folder, judged by the same code as any run.

A log is refused where its numbers could not be defended: no chat template (the policy was plain text
glued to the question), an extra system instruction in front of the policy, or a policy that never
reached the prompt. An empty text of a chat API may be a failed request, so it counts as one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lawbound.evals.folder import FolderError, RunFolder, read_records
from lawbound.evals.harness_docs import DocArm, parse_doc
from lawbound.evals.suite import load_suite
from lawbound.rubrics.answers.constraints import check_demands
from lawbound.rubrics.policy_files import load_policy
from lawbound.runners.engines.thinking import split_thinking
from lawbound.runners.plan import Assignment, Plan, request_key
from lawbound.runners.sample import (
    MOST_COUNTED,
    Fingerprint,
    Message,
    Rendered,
    Request,
    Sample,
    Settings,
)
from lawbound.runners.store import Store, lock
from lawbound.tasks.files import quoted
from lawbound.tasks.item import ItemError
from lawbound.tasks.places import open_regular
from lawbound.tasks.records import unique

TASK_PREFIX = "lawbound_"


def is_log_folder(folder: Path) -> bool:
    """Whether lm-eval wrote logs of our tasks below this folder."""
    return folder.is_dir() and next(folder.rglob(f"samples_{TASK_PREFIX}*.jsonl"), None) is not None


@dataclass(frozen=True, slots=True)
class _Logged:
    """One logged answer, checked."""

    arm: DocArm
    request: Request
    sample: Sample


def import_logs(folder: Path, out: Path) -> RunFolder:
    """Turn a log folder into a run folder (`out` must not hold a run yet).

    Raises:
        FolderError: No log is there, a log is damaged, or its numbers could not be defended.
    """
    target = RunFolder(out)
    if target.run_yaml.exists():
        raise FolderError(f"{target.run_yaml}: already exists, expected a new run folder")
    by_model: dict[str, tuple[Fingerprint, list[_Logged]]] = {}
    for results in sorted(folder.rglob("results_*.json")):
        fingerprint, logged = _read_run(results)
        _, gathered = by_model.setdefault(fingerprint.model, (fingerprint, []))
        gathered.extend(logged)
    if not any(logged for _, logged in by_model.values()):
        raise FolderError(
            f"{folder}: found no samples_{TASK_PREFIX}*.jsonl, expected lm-eval's logs"
        )
    _refuse_mixture((one for _, logged in by_model.values() for one in logged), folder)
    with lock(out):
        items = unique(one.arm.item for _, logged in by_model.values() for one in logged)
        target.write_items(items)
        for fingerprint, logged in by_model.values():
            plan = _plan(fingerprint, logged)
            target.write_plan(plan)
            with Store(target.samples(fingerprint.model)) as store:
                store.append({one.sample.key: one.sample for one in logged}.values())
        target.write_run(_run_record(folder, by_model))
    return target


def _read_run(results: Path) -> tuple[Fingerprint, list[_Logged]]:
    try:
        with open_regular(results) as handle:
            content = json.loads(handle.read())
        config = content["config"]
        model = f"lm-eval:{config['model']}:{_arguments(config.get('model_args'))}"
        stamp = results.name.removeprefix("results_").removesuffix(".json")
        instruction = content.get("system_instruction")
        version = str(content.get("lm_eval_version", "unknown"))
        revision = str(config.get("model_sha") or config.get("model_revision") or "unverified")
        dtype = str(config.get("model_dtype") or "")
        template = str(content.get("chat_template_sha") or "")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as fault:
        raise FolderError(
            f"{results}: cannot be read ({fault!r}), expected lm-eval results"
        ) from fault
    if instruction:
        raise FolderError(
            f"{results}: was run with --system_instruction, which stands before the policy; "
            "expected none"
        )
    fingerprint = Fingerprint(model, revision, "lm-eval", version, dtype)
    logged = [
        one
        for file in sorted(results.parent.glob(f"samples_{TASK_PREFIX}*_{stamp}.jsonl"))
        for one in _read_samples(file, fingerprint, template)
    ]
    return fingerprint, logged


def _arguments(found: Any) -> str:
    if isinstance(found, Mapping):
        return ",".join(f"{name}={found[name]}" for name in sorted(found))
    return str(found or "")


def _read_samples(file: Path, fingerprint: Fingerprint, template: str) -> Iterator[_Logged]:
    for number, record in read_records(file):
        where = f"{file}:{number}"
        try:
            arm = parse_doc(record["doc"], where)
            arguments = record["arguments"]["gen_args_0"]
            prompt = _text(arguments["arg_0"])
            text = _text(record["resps"][0][0])
            used = _settings(dict(arguments["arg_1"]))
            check_demands(arm.item, where)
        except ItemError as fault:
            raise FolderError(str(fault)) from fault
        except (KeyError, TypeError, IndexError, ValueError, OverflowError) as fault:
            raise FolderError(f"{where}: found no {fault}, expected a logged sample") from fault
        _refuse_lost_policy(arm, prompt, where)
        is_api = isinstance(arguments["arg_0"], list)
        yield _logged(arm, prompt, used, text, fingerprint, template, is_api)


def _text(found: Any) -> str:
    """A logged text; for chat APIs lm-eval logs a list of one, which holds the messages as JSON.

    Raises:
        ValueError: It is neither.
    """
    if isinstance(found, list) and len(found) == 1:
        (found,) = found
    if not isinstance(found, str):
        raise ValueError(f"text but {quoted(found)}")
    return found


def _settings(logged: Mapping[str, Any]) -> Settings:
    """The settings that were logged.

    Raises:
        ValueError: They are none that a model could be asked with.
    """
    tokens = int(logged.get("max_gen_toks") or logged.get("max_tokens") or 256)
    temperature = float(logged.get("temperature") or 0.0)
    top_p = float(logged.get("top_p") or 1.0)
    if not (0 < tokens <= MOST_COUNTED and 0 <= temperature <= 100 and 0 < top_p <= 1):
        raise ValueError("max_gen_toks, temperature and top_p of a sane size")
    stop = logged.get("until") or ()
    return Settings(
        max_tokens=tokens,
        temperature=temperature,
        top_p=top_p,
        stop=(stop,) if isinstance(stop, str) else tuple(map(str, stop)),
    )


def _refuse_lost_policy(arm: DocArm, prompt: str, where: str) -> None:
    """The policy must have reached the model, through a chat template."""
    if not arm.system:
        return
    plain = json.dumps(arm.system, ensure_ascii=False)[1:-1]
    escaped = json.dumps(arm.system)[1:-1]
    if not any(text in prompt for text in (arm.system, plain, escaped)):
        raise FolderError(
            f"{where}: the policy of '{arm.condition}' is not in the prompt (does the template "
            "reject system messages?), expected it to reach the model"
        )
    if prompt.replace(arm.system, "", 1).strip() == arm.question.strip():
        raise FolderError(
            f"{where}: policy and question stand glued without a chat template, expected "
            "--apply_chat_template"
        )


def _logged(
    arm: DocArm,
    prompt: str,
    used: Settings,
    text: str,
    fingerprint: Fingerprint,
    template: str,
    is_api: bool,
) -> _Logged:
    system = (Message("system", arm.system),) if arm.system else ()
    chat = (*system, Message("user", arm.question))
    rendered = Rendered(prompt, "system" if arm.system else "none", template)
    key = request_key(chat, rendered, used, arm.seed, 0, (), fingerprint)
    failed = is_api and not text
    split = split_thinking(text)
    sample = Sample(
        key=key,
        text=split.answer,
        thinking=split.thinking,
        finish="error" if failed else "unknown",
        error="no text, which lm-eval also logs for a failed request: expected some"
        if failed
        else "",
        prompt_tokens=None,
        completion_tokens=None,
        thinking_tokens=None,
        prompt_hash=hashlib.sha256(prompt.encode("utf-8", "surrogatepass")).hexdigest(),
        placement=rendered.placement,
        engine="lm-eval",
    )
    return _Logged(arm, Request(key, chat, rendered, used, arm.seed), sample)


def _plan(fingerprint: Fingerprint, logged: list[_Logged]) -> Plan:
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


def _refuse_mixture(logged: Iterable[_Logged], folder: Path) -> None:
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


def _limit(by_model: Mapping[str, tuple[Fingerprint, list[_Logged]]]) -> int | str | None:
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


def _run_record(
    folder: Path, by_model: Mapping[str, tuple[Fingerprint, list[_Logged]]]
) -> dict[str, Any]:
    every = [one for _, logged in by_model.values() for one in logged]
    arm, settings = every[0].arm, every[0].request.settings
    digests = {one.arm.policy: one.arm.policy_digest for one in every}
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
            for p, digest in ((load_policy(name), digest) for name, digest in digests.items())
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
