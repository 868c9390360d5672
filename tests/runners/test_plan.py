"""Planning: what is asked, and that equal things are asked once."""

import gc
import hashlib
import json
from dataclasses import replace
from itertools import pairwise

import pytest

from lawbound.runners.canonical import chat_json, request_key
from lawbound.runners.collector import paused_collector
from lawbound.runners.condition import NONE, Condition
from lawbound.runners.engines.function import FunctionEngine
from lawbound.runners.plan import Arm, head_of, plan
from lawbound.runners.prompt import on_top_of_user_turn, system_text
from lawbound.runners.sample import Fingerprint, Message, Rendered, Request, Settings
from lawbound.tasks.item import Item

ENGINE = FunctionEngine(lambda request: "yes", name="m", revision="1")
FULL = Condition("full", "cn", ("Rule one. Rule two.", "Rule two. Rule one.", "Both rules."))
PLACEBO = Condition("placebo", "cn", ("Dates first.", "Greet first.", "Dots."))


def _item(name: str, group: str = "") -> Item:
    return Item(
        id=name, group=group or name, kind="policy", prompt=f"Question {name}?",
        topic="everyday/school", acts=("inform",),
    )  # fmt: skip


def _plan(*arms: Arm, seed: int = 0, epochs: int = 1, settings: Settings | None = None):  # type: ignore[no-untyped-def]
    return plan(
        arms,
        render=ENGINE.render,
        fingerprint=ENGINE.fingerprint(),
        settings=settings or Settings(),
        seed=seed,
        epochs=epochs,
    )


def test_the_none_arm_is_asked_once_for_all_policies() -> None:
    item = _item("a")
    found = _plan(Arm(item, NONE, ("cn",)), Arm(item, NONE, ("de",)))
    assert len(found.requests) == 1
    assert [a.policy for a in found.assignments] == ["cn", "de"]
    assert len({a.key for a in found.assignments}) == 1


def test_no_system_message_stands_in_the_none_arm() -> None:
    found = _plan(Arm(_item("a"), NONE, ("cn",)))
    assert [message.role for message in found.requests[0].messages] == ["user"]


def test_a_changed_policy_text_changes_the_key() -> None:
    changed = replace(FULL, wordings=tuple(w + " Rule three." for w in FULL.wordings))
    before = _plan(Arm(_item("a"), FULL, ("cn",))).requests[0].key
    assert _plan(Arm(_item("a"), changed, ("cn",))).requests[0].key != before
    assert _plan(Arm(_item("a"), FULL, ("cn",))).requests[0].key == before


def test_settings_and_epoch_are_part_of_the_key_and_the_seed_only_where_it_samples() -> None:
    arm = Arm(_item("a"), NONE, ("cn",))
    base = _plan(arm).requests[0].key
    assert _plan(arm, settings=Settings(max_tokens=7)).requests[0].key != base
    assert _plan(arm, seed=5).requests[0].key == base
    hot = Settings(temperature=0.7)
    assert (
        _plan(arm, settings=hot, seed=5).requests[0].key != _plan(arm, settings=hot).requests[0].key
    )
    assert len(_plan(arm, settings=hot, epochs=3).requests) == 3


def test_a_group_draws_the_same_wording_in_every_arm_and_groups_spread() -> None:
    arms = [
        Arm(_item(f"{i}{part}", group=f"g{i}"), condition, ("cn",))
        for i in range(60)
        for part in "ab"
        for condition in (FULL, PLACEBO)
    ]
    found = _plan(*arms)
    by_group: dict[str, set[int]] = {}
    for arm, assignment in zip(arms, found.assignments, strict=True):
        by_group.setdefault(arm.item.group, set()).add(assignment.wording)
    assert all(len(wordings) == 1 for wordings in by_group.values())
    assert {min(wordings) for wordings in by_group.values()} == {0, 1, 2}


def test_requests_with_the_same_system_text_stand_together_and_rows_keep_the_order_of_arms() -> (
    None
):
    arms = [Arm(_item(f"i{n}"), c, ("cn",)) for n in range(9) for c in (FULL, PLACEBO)]
    found = _plan(*arms)
    heads = [request.messages[0].content for request in found.requests]
    changes = sum(a != b for a, b in pairwise(heads))
    assert changes == len(set(heads)) - 1
    assert [a.item for a in found.assignments] == [arm.item.id for arm in arms]


@pytest.mark.parametrize("choices", [(), ("Paris", 'a "b"')])
@pytest.mark.parametrize("temperature", [0.0, 0, 0.5])
def test_a_key_is_the_hash_of_one_canonical_json_object(
    choices: tuple[str, ...], temperature: float
) -> None:
    chat = (Message("system", 'Rules.\n"反对"'), Message("user", "What?\ud800"))
    settings = Settings(max_tokens=9, temperature=temperature, stop=("\n",))
    found = request_key(
        chat, Rendered("", "system", "t"), settings, 3, 1, choices,
        Fingerprint("m", "r", "e", "1", "float32"),
    )  # fmt: skip
    whole = {
        "choices": list(choices), "dtype": "float32", "engine": ["e", "1"], "epoch": 1,
        "messages": [["system", 'Rules.\n"反对"'], ["user", "What?\ud800"]],
        "model": ["m", "r"], "placement": "system", "template": "t",
        "seed": 3 if temperature and not choices else None,
        "settings": None if choices else
        {"max_tokens": 9, "temperature": temperature, "top_p": 1.0, "stop": ["\n"]},
    }  # fmt: skip
    assert json.loads(chat_json(chat)) == whole["messages"]
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"))
    assert found == hashlib.sha256(text.encode()).hexdigest()


def test_the_collector_pauses_and_goes_on_only_if_it_was_on() -> None:
    with paused_collector():
        with paused_collector():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_the_system_text_of_a_chat_is_what_all_its_system_messages_say() -> None:
    user = Message("user", "Question?")
    chat = (Message("system", "Rule one."), user, Message("system", "Rule two."))
    assert system_text(chat) == "Rule one.\n\nRule two."
    assert system_text((user,)) == ""
    assert on_top_of_user_turn(chat) == [Message("user", "Rule one.\n\nRule two.\n\nQuestion?")]
    heads = {
        head_of(Request("k", messages, Rendered("", "system", ""), Settings()))
        for messages in (chat, chat[:2])
    }
    assert len(heads) == 2, "chats that share their first system message alone share no head"
