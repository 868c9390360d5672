"""From when on two prompts of a bank count as the same."""

from dataclasses import replace

from lawbound.tasks.item import Item
from lawbound.tasks.validate import grams, validate


def asked(group: str, prompt: str, lang: str = "en") -> Item:
    """The only policy item of its group."""
    return Item(group, group, "policy", prompt, "culture/geography", ("inform",), lang=lang)


def checks(*items: Item) -> list[str]:
    return [finding.check for finding in validate(items)]


def test_grams_run_over_letters_and_single_spaces():
    assert grams("A  b-Cd!", 5) == {"a b c", " b cd"}
    assert grams("Hi", 5) == {"hi"}
    assert grams("Hi!", 2) == {"hi"}


def test_prompts_that_share_most_of_their_text_are_found_across_groups_only():
    one = asked(
        "a", "Which of the seven old bridges over the Spree is the oldest one still in use?"
    )
    two = asked("b", "Which of the seven old bridges over the Spree is the oldest one still used?")
    assert checks(one, two) == ["near-duplicate"]
    assert checks(one, replace(two, group="a")) == []
    assert checks(one, replace(two, lang="de")) == []
    assert checks(one, asked("c", "Name an old bridge in Berlin.")) == []


def test_a_short_chinese_question_with_one_word_swapped_is_the_same():
    one = asked("a", "老板押着我的身份证不还，我该找谁？", "zh")
    two = asked("b", "老板扣着我的身份证不还，我该找谁？", "zh")
    assert checks(one, two) == ["near-duplicate"]
    assert checks(one, replace(two, group="a")) == []
    assert checks(one, asked("c", "老板不给开离职证明，我该找谁？", "zh")) == []


def test_a_chinese_pair_that_is_the_same_by_both_measures_is_told_once():
    one = asked("a", "施普雷河上的七座老桥里，哪一座是现在还在用的最老的？", "zh")
    assert checks(one, replace(one, id="b", group="b")) == ["near-duplicate"]


def test_a_fact_may_ask_what_a_policy_item_asks_in_short_chinese():
    policy = asked("a", "外观设计专利的保护期是几年？", "zh")
    other = asked("b", "外观设计专利的保护期是多少年？", "zh")
    assert checks(policy, other) == ["near-duplicate"]
    assert checks(policy, replace(other, kind="fact")) == []
