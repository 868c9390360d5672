"""Arms as documents of lm-eval, and back: everything that our judging needs travels in the doc."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lawbound.evals.suite import compose, load_suite, shipped_suites
from lawbound.rubrics.policy.files import load_policy, shipped
from lawbound.runners.plan import Arm
from lawbound.runners.prompt import messages
from lawbound.runners.sample import MOST_COUNTED
from lawbound.tasks.bank import digest, load_bank
from lawbound.tasks.files import quoted
from lawbound.tasks.item import Item, ItemError
from lawbound.tasks.records import from_record, to_record

DOC_VERSION = 2


@dataclass(frozen=True, slots=True)
class DocArm:
    """What a doc says about itself."""

    item: Item
    strength: str
    condition: str
    policy: str
    wording: int
    system: str
    """System message that must have reached the model; empty in the `none` arm."""
    question: str
    suite: str
    seed: int
    limit: int | None
    bank: str
    """Digest of the bank that the suite was drawn from."""
    policy_digest: str
    documents: int
    """How many docs the task has under this policy: lm-eval may have asked only some."""


def build_docs(
    policy: str, suite: str = "quick", *, seed: int | None = None, limit: int | None = None
) -> list[dict[str, Any]]:
    """Every arm of a suite under one policy, one doc an arm, answers always generated.

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
    return [_doc(arm, seed, shared) for arm in arms]


def _doc(arm: Arm, seed: int, shared: Mapping[str, Any]) -> dict[str, Any]:
    chat = messages(arm.item, arm.condition, seed=seed, mode="generate")
    system = next((m.content for m in chat if m.role == "system"), "")
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


def parse_doc(doc: Mapping[str, Any], where: str) -> DocArm:
    """Read a doc back.

    Raises:
        ItemError: It is no doc of ours, or of another version.
    """
    try:
        about = json.loads(doc["lawbound"])
        if about["doc_version"] != DOC_VERSION:
            raise ItemError(
                f"{where}: doc version is {about['doc_version']!r}, expected {DOC_VERSION}"
            )
        arm = DocArm(
            item=from_record(about["item"], where),
            strength=str(about["strength"]),
            condition=str(about["condition"]),
            policy=str(about["policy"]),
            wording=int(about["wording"]),
            system=str(doc["system_policy"]),
            question=str(doc["question"]),
            suite=str(about["suite"]),
            seed=int(about["seed"]),
            limit=None if about["limit"] is None else int(about["limit"]),
            bank=str(about["bank"]),
            policy_digest=str(about["policy_digest"]),
            documents=int(about["documents"]),
        )
        # Raises where half a surrogate pair is in it, which no file of a run could take.
        (json.dumps(about, ensure_ascii=False) + arm.system + arm.question).encode()
    except ItemError:
        raise
    except (
        KeyError,
        TypeError,
        AttributeError,
        ValueError,
        OverflowError,
        RecursionError,
    ) as fault:
        raise ItemError(f"{where}: found no lawbound doc ({fault!r}), expected one") from fault
    # A log is a stranger's file: the names in it name what is shipped, never a path to open.
    for what, name, known in (
        ("policy", arm.policy, shipped()),
        ("suite", arm.suite, shipped_suites()),
    ):
        if name not in known:
            raise ItemError(
                f"{where}: {what} is {quoted(name)}, expected one of {', '.join(known)}"
            )
    for what, count in (
        ("seed", arm.seed),
        ("wording", arm.wording),
        ("limit", arm.limit or 0),
        ("documents", arm.documents),
    ):
        if not 0 <= count <= MOST_COUNTED:
            raise ItemError(f"{where}: {what} is out of range, expected a small count")
    for what, found in (("bank", arm.bank), ("policy_digest", arm.policy_digest)):
        if not re.fullmatch("[0-9a-f]{1,64}", found):
            raise ItemError(f"{where}: {what} is {quoted(found)}, expected hex digits")
    return arm
