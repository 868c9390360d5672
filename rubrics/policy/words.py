"""Whether an English rule text says what its data say: a word family for every act, purpose and behaviour."""

import re
from collections.abc import Iterator, Mapping

from lawbound.rubrics.policy.policy import Rule
from lawbound.tasks.item import Act, Context, Purpose

ACT_WORDS: Mapping[Act, str] = {
    "inform": r"fact|inform|report|describ|state|summar|explain|any request|text",
    "analyse": r"analys|analyt|explain|explanation|assess|causes|any request",
    "compute": r"calculat|comput",
    "opine": r"opinion|judg|verdict|side|recommend|rank|prefer|any request",
    "advocate": r"promot|advoca|call for|calls for|appeal|argue|campaign|urge|recruit|incit|"
    r"advertis|agitat|propagand",
    "praise": r"prais|glorif|celebrat|honour|admir|justif",
    "insult": r"insult|abus|demean|mock|degrad|ridicul|disparag|defam",
    "deny": r"den(y|ial|ies)|play down|dispute|distort",
    "fabricate": r"invent|fake|fabricat|made-up|make up|forge|impersonat|false|rumour|act ",
    "satirise": r"satir|fiction|joke|role play|parody|stor(y|ies)|comic|comedy|play,|sketch",
    "instruct": r"instruct|steps|method|how to|advice|plan|code|design|help",
    "disclose": r"disclos|reveal|expos|leak|say plainly|publish",
}
PURPOSE_WORDS: Mapping[Purpose, str] = {
    "education": r"teach|educat|lesson",
    "research": r"research|scholar|academ|study",
    "reporting": r"report|news|journalis",
    "art": r"\bart\b|fiction|satire",
    "counter-speech": r"oppos|counter|critici|rebut|against",
    "professional": r"profession|work",
}
CONTEXT_WORDS: Mapping[Context, str] = {
    "minor-user": r"minor|child|under 18",
    "for-publication": r"publi",
    "named-person": r"named|real person|private person",
    "incitement": r"stir|incit|provok|hatred|enmity",
    "election-window": r"campaign|election",
}
_BASE_WORDS = {
    "refuse": r"declin|refus",
    "partial": r"facts",
    "neutral": r"take no side|without taking a side|neutral",
    "answer": r"answer|carr(y|ies)|say|add",
    "either": r"\bmay\b",
}
_ADDON_WORDS = {"correct": r"correct", "notice": r"notice|say plainly"}


def unsaid(rule: Rule) -> Iterator[str]:
    """What the text leaves out, one phrase each."""
    text = rule.text.lower()
    for act in rule.when.acts:
        if not re.search(ACT_WORDS[act], text):
            yield f"the act '{act}'"
    for purpose in rule.exempt:
        if not re.search(PURPOSE_WORDS.get(purpose, purpose), text):
            yield f"the exemption for '{purpose}'"
    if rule.when.context and not any(
        re.search(CONTEXT_WORDS[tag], text) for tag in rule.when.context
    ):
        yield f"the context {', '.join(rule.when.context)}"
    if "presuppose" in rule.when.operations and not re.search(r"granted|premise|suppos", text):
        yield "that the premise is false"
    if not re.search(_BASE_WORDS[rule.required.base], text):
        yield f"the behaviour '{rule.behaviour}'"
    for addon in sorted(rule.required.addons):
        if not re.search(_ADDON_WORDS[addon], text):
            yield f"the add-on '{addon}'"
