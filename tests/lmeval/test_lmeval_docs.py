"""The documents and tasks that lm-eval gets of ours, as far as they need no lm-eval."""

import json
from collections.abc import Callable

import pytest
from lm_eval_logs import TASKS

from lawbound.evals.lmeval.docs import build_docs
from lawbound.evals.lmeval.prompts import holds_policy


def test_the_policy_travels_in_every_doc_of_the_full_arm() -> None:
    docs = build_docs("cn", "quick")
    full = [doc for doc in docs if doc["condition"] == "full@cn"]
    none = [doc for doc in docs if doc["condition"] == "none"]
    assert full and all("China" in doc["system_policy"] for doc in full)
    assert none and all(doc["system_policy"] == "" for doc in none)


def test_every_shipped_policy_has_a_task() -> None:
    from lawbound.rubrics.policy.files import shipped

    named = {file.stem.removeprefix("lawbound_") for file in TASKS.glob("lawbound_*.yaml")}
    assert named == set(shipped())


def test_a_suite_with_another_token_limit_says_how_to_pass_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    from lawbound.lmeval import docs

    docs("cn", {"limit_items": 1})
    assert not caplog.messages
    docs("cn", {"suite": "standard", "limit_items": 1})
    assert "pass --gen_kwargs max_gen_toks=512" in caplog.text


@pytest.mark.parametrize("write", [str, json.dumps])
def test_a_template_that_trims_a_policy_keeps_it(write: Callable[[str], str]) -> None:
    # A block of YAML (`text: |`) ends with a line break.
    policy = 'Rules:\n- Keep to the "law".\n'
    assert holds_policy(f"<system>{write(policy.strip())}<user>Why?", policy)
    assert not holds_policy(f"<system>{write('Rules:')}<user>Why?", policy)
