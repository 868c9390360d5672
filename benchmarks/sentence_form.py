"""What the form of a question alone gives away: ``python benchmarks/sentence_form.py``

A filter by form refuses by marks, first sign, length or small words that name neither a topic nor a
harm. The first table tries such filters on the Chinese standard's two sets, the second says how often
the prompts on either side name China, the third gives J of one filter under every policy, by language.
Writes its section of docs/bank.md.
"""

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import nan

import page
from label_filters import youden

from lawbound.rubrics.policy.banks import bank_items
from lawbound.rubrics.policy.files import load_policy, shipped
from lawbound.rubrics.policy.policy import Policy
from lawbound.rubrics.policy.requirement import RESTRICTING
from lawbound.tasks.bank import load_bank
from lawbound.tasks.item import Item

BANK_PAGE = page.DOCS / "bank.md"
Filter = Callable[[str], bool]
"""Whether it refuses a prompt."""

QUESTION_WORDS = ("吗", "呢", "么", "谁", "多少", "哪里", "哪些", "如何", "为何")
ASKING_WORDS = ("什么", "怎么", "哪", "多少", "谁", "啥")
TELLING_WORDS = (
    *("讲", "说说", "说一", "说明", "说清", "列", "请", "介绍", "解释", "告诉我"),
    *("想知道", "想了解", "分析", "谈", "比较", "聊"),
)
"""They stand where a request wants an answer."""
ORDERING_WORDS = ("你", "给我", "替", "来一", "来几", "编", "写", "我要", "我想", "能不能", "好")
"""They stand where a question wants a service."""
MEASURING_WORDS = (
    *("写", "编", "我要", "来段", "来篇", "来个", "来一", "来几", "几句", "几条", "几个"),
    *("一段", "一篇", "一份", "一首", "一条", "一句"),
)
"""They stand where a text is wanted and not an answer."""
CHINA = {
    "zh": ("中国", "中华", "我国", "国内", "中共", "北京", "我们国家", "咱们国家"),
    "en": ("china", "chinese", "beijing", "people's republic"),
}
"""Names of the country that restricts, in small letters, none of which may be the mark of what is restricted."""
LANGUAGES = {"zh": "Chinese", "en": "English"}
ENOUGH = 3
"""Prompts that a topic needs on either side for its shares to be compared."""
FORMS: dict[str, Filter] = {
    "has a question mark": lambda prompt: is_question(prompt),
    "ends in a question mark": lambda prompt: _end(prompt) in "？?؟",
    "has a question mark or ends in a question word": lambda prompt: (
        is_question(prompt) or prompt.endswith(QUESTION_WORDS)
    ),
    "ends in 。": lambda prompt: _end(prompt) == "。",
    "starts with 写, 编 or 请": lambda prompt: prompt[0] in "写编请",
    "holds 写 or 编": lambda prompt: _holds(prompt, "写编"),
    "holds a word that asks": lambda prompt: _holds(prompt, ASKING_WORDS),
    "orders by its small words": lambda prompt: (
        _holds(prompt, ORDERING_WORDS) if is_question(prompt) else not _holds(prompt, TELLING_WORDS)
    ),
    "measures out a text": lambda prompt: _holds(prompt, MEASURING_WORDS),
}


@dataclass(frozen=True, slots=True)
class Tried:
    """What a filter refuses of the two sets."""

    name: str
    should_refuse: float
    should_not_refuse: float


@dataclass(frozen=True, slots=True)
class Named:
    """How many of a topic's prompts name China, of those that a policy restricts and of the others."""

    topic: str
    restricted: tuple[bool, ...]
    free: tuple[bool, ...]

    def gap(self) -> float:
        """Above 0 where the name goes with what is restricted."""
        return _mean(self.restricted) - _mean(self.free)


def is_question(prompt: str) -> bool:
    """Whether a prompt has the question mark of any script: ``? ？ ؟``."""
    return re.search("[?？؟]", prompt) is not None


def filters(prompts: Sequence[str]) -> dict[str, Filter]:
    """Each form and its contrary, and every length that splits the prompts."""
    found: dict[str, Filter] = {}
    for name, has in FORMS.items():
        found[f"if it {name}"] = has
        found[f"unless it {name}"] = _unless(has)
    for size in sorted({len(prompt) for prompt in prompts}):
        found[f"from {size} signs"] = has = _from(size)
        found[f"below {size} signs"] = _unless(has)
    return found


def tried(policy: Policy, items: Sequence[Item], lang: str) -> list[Tried]:
    """Every filter on the sets `should-refuse` and `should-not-refuse` of a policy, in one language."""
    sizes = {size.id: size for size in policy.file.banks}
    spoken = [item for item in items if item.lang == lang]
    sets = [
        [item.prompt for item in bank_items(policy, sizes[name], spoken)]
        for name in ("should-refuse", "should-not-refuse")
    ]
    return [
        Tried(name, *(sum(map(refuses, prompts)) / len(prompts) for prompts in sets))
        for name, refuses in filters([*sets[0], *sets[1]]).items()
    ]


def names_china(prompt: str, lang: str) -> bool:
    """Whether a prompt in Chinese or English says that China is the country it is about."""
    return _holds(prompt.lower(), CHINA[lang])


def named(policy: Policy, items: Sequence[Item], lang: str) -> list[Named]:
    """Every topic with enough prompts of a language on both sides, of those about China; then all such prompts."""
    sides: dict[str, tuple[list[bool], list[bool]]] = defaultdict(lambda: ([], []))
    for item in items:
        if item.kind == "policy" and item.lang == lang and item.target == "CN":
            is_free = policy.requires(item).base not in RESTRICTING
            for topic in (item.topic, "all"):
                sides[topic][is_free].append(names_china(item.prompt, lang))
    found = [
        Named(topic, tuple(sides[topic][0]), tuple(sides[topic][1])) for topic in sorted(sides)
    ]
    kept = [one for one in found if min(len(one.restricted), len(one.free)) >= ENOUGH]
    return sorted(kept, key=lambda one: (one.topic == "all", one.topic))


def _unless(has: Filter) -> Filter:
    return lambda prompt: not has(prompt)


def _from(size: int) -> Filter:
    return lambda prompt: len(prompt) >= size


def _holds(prompt: str, words: Iterable[str]) -> bool:
    return any(word in prompt for word in words)


def _mean(found: Sequence[bool]) -> float:
    return sum(found) / len(found) if found else nan


def _end(prompt: str) -> str:
    return prompt.rstrip("”“’»」』）)\"' ")[-1:] or " "


def _forms(items: Sequence[Item]) -> list[str]:
    found = tried(load_policy("cn"), items, "zh")
    kept = [one for one in found if not one.name.endswith("signs")]
    sized = [one for one in found if one.name.endswith("signs")]
    kept.append(max(sized, key=lambda one: one.should_refuse - one.should_not_refuse))
    lines = [
        "| refuses in Chinese | should-refuse (mark: 95 % or more) | should-not-refuse (mark: 5 % or less) |",
        "| --- | --- | --- |",
    ]
    for one in kept:
        shares = f"{one.should_refuse:.1%} | {one.should_not_refuse:.1%}".replace("%", " %")
        lines.append(f"| {one.name} | {shares} |")
    return lines


def _names(items: Sequence[Item]) -> list[str]:
    by_topic: dict[str, dict[str, Named]] = defaultdict(dict)
    for lang in CHINA:
        for one in named(load_policy("cn"), items, lang):
            by_topic[one.topic][lang] = one
    columns = [f"{LANGUAGES[lang]}, {side}" for lang in CHINA for side in ("restricted", "others")]
    lines = [
        f"| prompts about China that name it, of all, by topic | {' | '.join(columns)} |",
        f"| --- |{' --- |' * len(columns)}",
    ]
    for topic in sorted(by_topic, key=lambda topic: (topic == "all", topic)):
        cells = [cell for lang in CHINA for cell in _shares(by_topic[topic].get(lang))]
        lines.append(f"| {topic} | {' | '.join(cells).replace('%', ' %')} |")
    return lines


def _shares(one: Named | None) -> list[str]:
    """Of both sides; a dash where the language has too few prompts on either."""
    if one is None:
        return ["-", "-"]
    return [f"{_mean(side):.0%}, {len(side)}" for side in (one.restricted, one.free)]


def _languages(items: Sequence[Item]) -> list[str]:
    lines = [
        "| policy | J in its own languages | J in English | J in all of them |",
        "| --- | --- | --- | --- |",
    ]
    for name in shipped():
        policy = load_policy(name)
        spoken = policy.file.languages
        own = [lang for lang in spoken if lang != "en"]
        sets = [[lang] for lang in own], [["en"]], [spoken] if own else []
        cells = (", ".join(_j(policy, items, langs) for langs in column) for column in sets)
        lines.append(f"| {name} | {' | '.join(cell or '-' for cell in cells)} |")
    return lines


def _j(policy: Policy, items: Sequence[Item], languages: Sequence[str]) -> str:
    spoken = [item for item in items if item.lang in languages]
    value, rules = youden(policy, spoken, lambda item: not is_question(item.prompt))
    said = f"{value:.2f} ({rules})" if rules else "none (0)"
    return f"{languages[0]} {said}" if len(languages) == 1 and languages != ["en"] else said


def sections(items: Sequence[Item]) -> str:
    """The tables, as docs/bank.md holds them."""
    return "\n".join([*_forms(items), "", *_names(items), "", *_languages(items)])


def main() -> None:
    """Try, write, print."""
    argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0]).parse_args()
    text = sections([item for item in load_bank() if item.kind == "policy"])
    page.write_section("sentence-form", text, BANK_PAGE)
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main()
