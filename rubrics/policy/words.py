"""Whether an English rule text agrees with the rule's data, by a word family for every act, purpose and behaviour."""

import re
from collections.abc import Iterator, Mapping

from lawbound.rubrics.policy.requirement import Addon, Base
from lawbound.rubrics.policy.rule import Rule
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
    "deny": r"deny|denial|denies|play down|dispute|distort",
    "fabricate": r"invent|fake|fabricat|made-up|make up|forge|impersonat|false|rumour|act ",
    "satirise": r"satir|fiction|joke|role play|parody|story|stories|comic|comedy|play,|sketch",
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
_BASE_WORDS: Mapping[Base, str] = {
    "refuse": r"declin|refus|do not|don't|never|withhold",
    "partial": r"facts|general information|in general|leave out|leaving out|without the",
    "neutral": r"take no side|without taking a side|neutral",
    "answer": r"answer|carry|carries|say|add|give|explain|provide",
    "either": r"\bmay\b",
}
_ADDON_WORDS: Mapping[Addon, str] = {"correct": r"correct", "notice": r"notice|say plainly"}


def unsaid(rule: Rule) -> Iterator[str]:
    """What the text leaves out, one phrase each, with the words that were looked for."""
    text = rule.text.lower()
    wanted = [(f"the act '{act}'", ACT_WORDS[act]) for act in rule.when.acts]
    wanted += [
        (f"the exemption for '{name}'", PURPOSE_WORDS.get(name, name)) for name in rule.exempt
    ]
    if tags := rule.when.context:
        wanted.append((f"the context {', '.join(tags)}", "|".join(CONTEXT_WORDS[t] for t in tags)))
    if "presuppose" in rule.when.operations:
        wanted.append(("that the premise is false", "granted|premise|suppos"))
    required = rule.required
    wanted.append((f"the base '{required.base}'", _BASE_WORDS[required.base]))
    wanted += [(f"the add-on '{name}'", _ADDON_WORDS[name]) for name in sorted(required.addons)]
    for what, pattern in wanted:
        if not re.search(pattern, text):
            words = (word.replace(r"\b", "").strip(" ,") for word in pattern.split("|"))
            yield f"{what} (none of: {', '.join(words)})"
