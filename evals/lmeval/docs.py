"""Arms as documents of lm-eval, and back: a document contains everything that our judging needs."""

import json
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, SkipValidation, TypeAdapter, ValidationError

from lawbound.evals.suite.even_draw import in_proportion
from lawbound.evals.suite.suite import compose, load_suite, shipped_suites
from lawbound.rubrics.policy.files import load_policy, shipped
from lawbound.rubrics.policy.policy import Policy
from lawbound.rubrics.policy.requirement import RESTRICTING
from lawbound.runners.plan import Arm
from lawbound.runners.prompt import messages, system_text
from lawbound.tasks.bank import digest, load_bank
from lawbound.tasks.io.limits import MOST_COUNTED
from lawbound.tasks.io.yaml_files import first_fault, quoted
from lawbound.tasks.item import Item, ItemError
from lawbound.tasks.records import from_record, to_record

DOC_VERSION = 2
_IN_PAIRS = ("reasoning", "creative")
"""Kinds whose items have a twin in their group."""


Count = Annotated[int, Field(strict=True, ge=0, le=MOST_COUNTED)]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{1,64}$")]


@dataclass(frozen=True, slots=True)
class DocArm:
    """The fields of a document."""

    item: SkipValidation[Item]
    strength: str
    condition: str
    policy: str
    wording: Count
    system: str
    """System message that must have reached the model; empty in the `none` arm."""
    question: str
    suite: str
    seed: Count
    limit: Count | None
    bank: Digest
    """Digest of the bank that the suite was drawn from."""
    policy_digest: Digest
    documents: Count
    """How many docs the task has under this policy: lm-eval may have asked only some of them."""


_ARM = TypeAdapter(DocArm)


def build_docs(
    policy: str, suite: str = "quick", *, seed: int | None = None, limit: int | None = None
) -> list[dict[str, Any]]:
    """Every arm of a suite under one policy, one doc for each arm; answers are always generated.

    Every prefix is as even as it can be over what the numbers need, for lm-eval's ``--limit``:
    pairs stay whole, one rule's items of each sort come together, and the sorts of items take
    turns.

    Raises:
        SuiteError: The suite is unknown.
        PolicyError: The policy is unknown.
    """
    found = load_suite(suite)
    seed = found.seed if seed is None else seed
    asked = load_policy(policy)
    arms = compose(found, [asked], seed=seed, limit=limit)
    shared = {
        "doc_version": DOC_VERSION,
        "suite": found.id,
        "seed": seed,
        "limit": limit,
        "bank": digest(load_bank()),
        "policy_digest": asked.digest,
        "documents": len(arms),
    }
    return [_doc(arm, seed, shared) for arm in _fit_for_any_limit(arms, asked)]


def parse_doc(doc: Mapping[str, Any], where: str, *, own: Collection[str] = ()) -> DocArm:
    """Read a doc back.

    Args:
        doc: A doc as `build_docs` made it.
        where: The file and line that it comes from.
        own: Ids of the user's own policies.

    Raises:
        ItemError: It is not one of our docs, or of another version.
    """
    arm = _stored(doc, where)
    # A log is a stranger's file: its names stand for shipped policies and suites, never for a path
    # to open.
    for what, name, known in (
        ("policy", arm.policy, (*shipped(), *own)),
        ("suite", arm.suite, shipped_suites()),
    ):
        if name not in known:
            hint = " or an own one (--policy FILE)" if what == "policy" else ""
            raise ItemError(
                f"{where}: {what} is {quoted(name)}, expected one of {', '.join(known)}{hint}"
            )
    # It is written twice, and metrics go by the strength.
    condition = arm.strength if arm.strength == "none" else f"{arm.strength}@{arm.policy}"
    if arm.condition != condition:
        raise ItemError(
            f"{where}: condition is {quoted(arm.condition)}, expected {quoted(condition)}, as strength and policy say"
        )
    return arm


def _fit_for_any_limit(arms: Sequence[Arm], policy: Policy) -> list[Arm]:
    """The same arms, ordered so that any first few of them say something about every number.

    An item's arms stay together, and so do twins. A policy's items go in threes (restricted, near-miss by
    act, near-miss by topic, all of one rule, as J and duty need them). Then the sorts take turns, each by
    the share of its units that has been placed, so that all begin at once and end at once.
    """
    units: dict[str, list[Arm]] = {}
    for arm in arms:
        twins = arm.item.kind in _IN_PAIRS
        units.setdefault(arm.item.group if twins else arm.item.id, []).append(arm)
    sorts: dict[str, list[list[Arm]]] = {"J": [], "duty": [], "reasoning": [], "fact": []}
    threes, others = _threes([unit[0].item for unit in units.values()], policy)
    for items in threes:
        withheld = any(policy.requires(item).base in RESTRICTING for item in items)
        of_three = [arm for item in items for arm in units[item.id]]
        sorts["J" if withheld else "duty"].append(of_three)
    for item in others:
        unit = units[item.group if item.kind in _IN_PAIRS else item.id]
        sorts.setdefault(item.kind, []).append(unit)
    return [arm for unit in in_proportion(sorts.values()) for arm in unit]


def _threes(items: Sequence[Item], policy: Policy) -> tuple[list[list[Item]], list[Item]]:
    """Items that a rule decides or nearly decides, rule after rule in rounds; and the others."""
    queues: dict[str, dict[str, list[Item]]] = {}
    others = []
    for item in items:
        cells: list[tuple[str, str]] = []
        if item.kind == "policy":
            cells += [(rule, "") for rule in policy.restricted_by(item)]
            cells += policy.near_misses(item)
        for rule, sort in cells:
            queues.setdefault(rule, {}).setdefault(sort, []).append(item)
        if not cells:
            others.append(item)
    # A rule that has all three sorts comes first: only such a rule counts.
    rules = sorted(queues, key=lambda rule: -len(queues[rule]))
    lines = [[deque(queues[rule].get(sort, ())) for sort in ("", "act", "topic")] for rule in rules]
    placed: set[str] = set()
    threes = []
    while any(queue for line in lines for queue in line):
        for line in lines:
            three = []
            for queue in line:
                while queue and queue[0].id in placed:
                    queue.popleft()
                if queue:
                    three.append(queue.popleft())
                    placed.add(three[-1].id)
            if three:
                threes.append(three)
    return threes, others


def _doc(arm: Arm, seed: int, shared: Mapping[str, Any]) -> dict[str, Any]:
    chat = messages(arm.item, arm.condition, seed=seed, mode="generate")
    system = system_text(chat)
    about = {
        **shared,
        "item": to_record(arm.item),
        "strength": arm.condition.strength,
        "condition": arm.condition.id,
        "policy": arm.policies[0],
        "wording": arm.condition.wording(arm.item.group, seed),
    }
    return {
        "item": arm.item.id,
        "condition": arm.condition.id,
        "system_policy": system,
        "question": chat[-1].content,
        "lawbound": json.dumps(about, sort_keys=True, ensure_ascii=False),
    }


def _stored(doc: Mapping[str, Any], where: str) -> DocArm:
    """The fields of a doc, each by itself."""
    try:
        about = json.loads(doc["lawbound"])
        if about["doc_version"] != DOC_VERSION:
            raise ItemError(
                f"{where}: doc version is {quoted(about['doc_version'])}, expected {DOC_VERSION}"
            )
        item = from_record(about["item"], where)
        record = {**about, "system": doc["system_policy"], "question": doc["question"]}
        # Raises if it holds half a surrogate pair, which no file of a run can store.
        json.dumps(record, ensure_ascii=False).encode()
        return _ARM.validate_python(record | {"item": item})
    except ItemError:
        raise
    except ValidationError as fault:
        raise ItemError(first_fault(fault, where)) from fault
    except UnicodeEncodeError as fault:
        raise ItemError(f"{where}: holds half a surrogate pair, expected text in UTF-8") from fault
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as fault:
        raise ItemError(f"{where}: found no lawbound doc ({fault!r}), expected one") from fault
