"""The logged answers of one lm-eval run, each checked.

A log is refused where its numbers could not be defended: no chat template (the policy was plain text
glued to the question), an extra system instruction in front of the policy, a policy that never
reached the prompt, a task that asks something else than ours, or a cache that mixes models; and where
lines are missing. An empty text of a chat API may be a failed request, so it counts as one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lawbound.evals.folder.files import FolderError, read_records
from lawbound.evals.folder.lmeval_logs import NO_TEXT
from lawbound.evals.lmeval.as_shipped import changes
from lawbound.evals.lmeval.docs import DocArm, parse_doc
from lawbound.evals.lmeval.files import find_logs
from lawbound.evals.lmeval.limits import SettingError
from lawbound.evals.lmeval.prompts import check_prompt
from lawbound.evals.lmeval.redaction import redacted, without_keys
from lawbound.evals.lmeval.sender import Sender, sender_of
from lawbound.evals.lmeval.settings import Used, used_settings
from lawbound.rubrics.answers.constraints import check_demands
from lawbound.runners.canonical import canonical_json, request_key
from lawbound.runners.engines.thinking import split_thinking
from lawbound.runners.sample import (
    UNVERIFIED,
    Fingerprint,
    Message,
    Rendered,
    Request,
    Sample,
)
from lawbound.tasks.io.json_faults import why_no_json
from lawbound.tasks.io.safe_files import open_regular, why
from lawbound.tasks.io.yaml_files import quoted
from lawbound.tasks.item import ItemError

_CLIENT = frozenset({"num_concurrent", "max_retries", "timeout"})
"""Arguments of a server's client that change no answer."""


@dataclass(frozen=True, slots=True)
class Logged:
    """One logged answer, checked."""

    arm: DocArm
    request: Request
    used: Used
    sample: Sample
    log: Path
    line: int


def read_run(results: Path, *, own: Collection[str] = ()) -> tuple[Fingerprint, list[Logged]]:
    """The model that answered, according to lm-eval's results, and the answers in the logs that
    belong to them.

    Args:
        results: The results file.
        own: Ids of the user's own policies.

    Raises:
        FolderError: A file is damaged, or its numbers could not be defended.
    """
    content = _content(results)
    try:
        config = content["config"]
        kind = str(config["model"])
        arguments = _arguments(config.get("model_args"))
        model = f"lm-eval:{kind}:{_shaping(arguments)}"
        sender = sender_of(kind, arguments)
        instruction, cache = content.get("system_instruction"), config.get("use_cache")
        version = str(content.get("lm_eval_version", "unknown"))
        revision = str(config.get("model_sha") or config.get("model_revision") or UNVERIFIED)
        dtype = str(config.get("model_dtype") or "")
        template = str(content.get("chat_template_sha") or "")
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        raise FolderError(
            f"{results}: cannot be read ({_lacks(fault)}), expected lm-eval results"
        ) from fault
    if instruction:
        raise FolderError(
            f"{results}: was run with --system_instruction, which stands before the policy; "
            "expected none"
        )
    if cache:
        raise FolderError(
            f"{results}: was run with --use_cache, which ignores the model: answers may be another "
            "model's, expected none"
        )
    fingerprint = Fingerprint(model, revision, "lm-eval", version, dtype)
    logged: list[Logged] = []
    for task, file in find_logs(results).items():
        _refuse_another_task(results, content.get("configs"), task)
        answers = list(_read_samples(file, fingerprint, sender, template, own))
        if not answers:
            raise FolderError(f"{file}: is empty, expected logged samples")
        _refuse_fewer(file, results, content.get("n-samples"), task, len(answers))
        logged.extend(answers)
    return fingerprint, logged


def _content(results: Path) -> Any:
    """The parsed file; its faults are told without what it holds, a key in `model_args` say."""
    try:
        with open_regular(results) as handle:
            return json.loads(handle.read().decode())
    except OSError as fault:
        raise FolderError(
            f"{results}: cannot be read ({why(fault)}), expected lm-eval results"
        ) from fault
    except (ValueError, RecursionError) as fault:
        raise FolderError(
            f"{results}: is no JSON ({why_no_json(fault)}), expected lm-eval results"
        ) from fault


def _lacks(fault: Exception) -> str:
    """What a file of another form lacks, without what it holds."""
    return f"found no {fault.args[0]!r:.40}" if isinstance(fault, KeyError) else "has another form"


def _refuse_another_task(results: Path, configs: Any, task: str) -> None:
    """Check that the task's YAML asks what is asked under our name."""
    config = configs.get(task) if isinstance(configs, Mapping) else None
    if not isinstance(config, Mapping):
        raise FolderError(
            f"{results}: found no configs of '{task}', expected lm-eval's, which say what the task asked"
        )
    if changed := changes(config):
        raise FolderError(
            f"{results}: the task '{task}' has {changed}: its numbers would be those of another test"
        )


def _refuse_fewer(file: Path, results: Path, counts: Any, task: str, found: int) -> None:
    """Refuse a log that was cut off between two lines: it would look like a smaller ``--limit``.

    lm-eval counts the answers that its metrics used. A task with metrics of its own may use fewer
    than are logged, but never more.
    """
    count = counts.get(task) if isinstance(counts, Mapping) else None
    written = count.get("effective") if isinstance(count, Mapping) else None
    if type(written) is not int:
        raise FolderError(
            f"{results}: found no n-samples of '{task}', expected lm-eval's count of its answers"
        )
    if found < written:
        raise FolderError(
            f"{file}: found {found} answers, expected {written} as {results.name} says: lines are missing"
        )


def _arguments(found: Any) -> Mapping[Any, Any]:
    if isinstance(found, Mapping):
        return found
    pairs = (part.partition("=") for part in str(found or "").split(",") if part)
    return {name: value for name, _, value in pairs}


def _shaping(arguments: Mapping[Any, Any]) -> str:
    """The arguments that shape answers, sorted, without keys: they become part of the model's
    name."""
    shaping = [name for name in arguments if name not in _CLIENT]
    # JSON given as text is cut at its commas, and a part of it may stand in a name's place.
    said = {
        redacted(without_keys(str(name))): redacted(str(without_keys(arguments[name], str(name))))
        for name in shaping
    }
    return ",".join(f"{name}={said[name]}" for name in sorted(said))


def _read_samples(
    file: Path,
    fingerprint: Fingerprint,
    sender: Sender,
    template: str,
    own: Collection[str],
) -> Iterator[Logged]:
    for number, record in read_records(file):
        where = f"{file}:{number}"
        try:
            arm = parse_doc(record["doc"], where, own=own)
            arguments = record["arguments"]["gen_args_0"]
            prompt = _text(arguments["arg_0"], where)
            text = _text(record["resps"][0][0], where)
            used = used_settings(dict(arguments["arg_1"]), sender)
            check_demands(arm.item, where)
        except FolderError:
            raise
        except ItemError as fault:
            raise FolderError(str(fault)) from fault
        except SettingError as fault:
            raise FolderError(f"{where}: {fault}") from fault
        except (
            KeyError, TypeError, IndexError, ValueError, OverflowError, RecursionError,
        ) as fault:  # fmt: skip
            raise FolderError(
                f"{where}: cannot be read ({_lacks(fault)}), expected a logged sample"
            ) from fault
        is_api = isinstance(arguments["arg_0"], list)
        check_prompt(arm, prompt, where, is_chat=is_api)
        request, sample = _asked(arm, prompt, used, text, fingerprint, template, is_api)
        yield Logged(arm, request, used, sample, file, number)


def _text(found: Any, where: str) -> str:
    """A logged text; for chat APIs lm-eval logs a list of one, which holds the messages as JSON.

    Raises:
        FolderError: It is neither form.
    """
    if isinstance(found, list) and len(found) == 1:
        (found,) = found
    if not isinstance(found, str):
        raise FolderError(f"{where}: found {quoted(found)}, expected a logged text")
    return found


def _asked(
    arm: DocArm,
    prompt: str,
    used: Used,
    text: str,
    fingerprint: Fingerprint,
    template: str,
    is_api: bool,
) -> tuple[Request, Sample]:
    system = (Message("system", arm.system),) if arm.system else ()
    chat = (*system, Message("user", arm.question))
    rendered = Rendered(prompt, "system" if arm.system else "none", template)
    key = request_key(chat, rendered, used.settings, arm.seed, 0, (), fingerprint)
    if used.others:
        key = hashlib.sha256(canonical_json([key, dict(used.others)])).hexdigest()
    failed = is_api and not text
    split = split_thinking(text)
    sample = Sample(
        key=key,
        text=split.answer,
        thinking=split.thinking,
        finish="error" if failed else "unknown",
        error=NO_TEXT if failed else "",
        prompt_tokens=None,
        completion_tokens=None,
        thinking_tokens=None,
        prompt_hash=hashlib.sha256(prompt.encode("utf-8", "surrogatepass")).hexdigest(),
        placement=rendered.placement,
        engine="lm-eval",
    )
    return Request(key, chat, rendered, used.settings, arm.seed), sample
