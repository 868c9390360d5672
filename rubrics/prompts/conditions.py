"""From a policy to the conditions that runners see: plain prompts, in several wordings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from lawbound.rubrics.policy.files import load_policy
from lawbound.rubrics.policy.policy import Policy, PolicyError
from lawbound.rubrics.prompts.placebos import has_placebo, placebo
from lawbound.rubrics.prompts.wordings import (
    WORDINGS,
    category_name,
    clauses,
    frames,
    layout,
    lead,
    name_of,
    speaks,
)
from lawbound.runners.condition import FULL_WITHOUT, NONE, WRONG_REGION, Condition
from lawbound.tasks.io.messages import did_you_mean

STRENGTHS = (
    "none", "placebo", "brief", "full", "strict", "native", "unnamed", f"{FULL_WITHOUT}:RULE",
    f"{WRONG_REGION}:ID",
)  # fmt: skip
NATIVE = "native"
"""The full prompt in a language other than English, for items in that language."""


def check_strength(strength: str) -> str:
    """The strength, if it is one of `STRENGTHS`; whether its rule or region exists is checked
    later.

    Raises:
        PolicyError: It is not one.
    """
    kind, colon, argument = strength.partition(":")
    forms = {known.partition(":")[0]: ":" in known for known in STRENGTHS}
    if forms.get(kind) != bool(colon) or bool(colon) > bool(argument):
        hint = did_you_mean(strength, STRENGTHS)
        raise PolicyError(f"strength is '{strength}', expected one of {', '.join(STRENGTHS)}{hint}")
    return strength


def conditions(
    policy: Policy, strengths: Sequence[str], *, lang: str = "en", beside: Sequence[Policy] = ()
) -> tuple[Condition, ...]:
    """The prompts of a policy, one condition for each strength.

    Args:
        policy: A resolved policy.
        strengths: See `STRENGTHS`; ``none`` is the same for every policy.
        lang: Language of the prompts. If the policy or its placebo lacks it, English is used and
            the condition says so; ``native`` does not exist in English.
        beside: Policies of the same run: ``wrong-region:ID`` means one of them, else a shipped one.

    Raises:
        PolicyError: A strength is unknown, or names a rule or region that does not exist, or
            ``native`` is asked for in English or in a language in which there is no prompt.
    """
    spoken = lang if prompt_languages(policy, [lang]) else "en"
    if NATIVE in strengths and spoken == "en":
        known = ", ".join(native_languages(policy)) or "there is none"
        raise PolicyError(
            f"strength '{NATIVE}': language is '{lang}', expected one other than English in which "
            f"policy '{policy.id}' can be written: {known}"
        )
    return tuple(_condition(policy, strength, spoken, beside) for strength in strengths)


def one_prompt(policy: Policy, strength: str, *, wording: int | None, lang: str | None) -> str:
    """One prompt exactly as requested, where `conditions` would fall back on English.

    Args:
        policy: A resolved policy.
        strength: See `STRENGTHS`; ``none`` has no prompt.
        wording: Index of the wording; None takes the first.
        lang: None takes English.

    Raises:
        PolicyError: The strength, the wording or the language does not exist.
    """
    found = conditions(policy, [strength], lang=lang or "en")[0].wordings
    asked = {n: v for n, v in (("wording", wording), ("lang", lang)) if v is not None}
    if asked and not found:
        name, value = next(iter(asked.items()))
        raise PolicyError(
            f"{name} is {value!r}: strength '{strength}' has no prompt, expected one that has"
        )
    if wording is not None and wording >= len(found):
        raise PolicyError(
            f"wording is {wording}, expected 0 to {len(found) - 1}: "
            f"strength '{strength}' has {len(found)} wordings"
        )
    known = prompt_languages(policy, sorted(frames()))
    if lang is not None and lang not in known:
        raise PolicyError(
            f"lang is '{lang}', expected a language in which policy '{policy.id}' can be "
            f"written: {', '.join(known)}"
        )
    return found[wording or 0] if found else ""


def prompt_languages(policy: Policy, langs: Sequence[str]) -> tuple[str, ...]:
    """The languages among these in which both the policy prompt and its placebo can be written."""
    return tuple(lang for lang in langs if speaks(policy, lang) and has_placebo(lang))


def native_languages(policy: Policy) -> tuple[str, ...]:
    """The languages of a policy, other than English, in which it is asked at strength ``native``."""
    own = (lang for lang in policy.file.languages if lang != "en")
    return prompt_languages(policy, tuple(dict.fromkeys(own)))


def _condition(policy: Policy, strength: str, lang: str, beside: Sequence[Policy]) -> Condition:
    kind, _, argument = check_strength(strength).partition(":")
    if kind == "none":
        return NONE
    if kind in _PLAIN:
        wordings = _PLAIN[kind](policy, lang)
    elif kind == FULL_WITHOUT:
        gone = policy.rule(argument)
        kept = tuple(rule for rule in policy.rules if rule is not gone)
        wordings = _full(replace(policy, rules=kept), lang)
    else:
        found = next((one for one in beside if one.id == argument), None)
        other = found or load_policy(argument)
        # Known by its id, even if it was named by its file: that is how the arms find each other.
        strength = f"{kind}:{other.id}"
        wordings = _full(policy, lang, name=name_of(other, lang))
    return Condition(strength, policy.id, wordings, lang)


def _full(policy: Policy, lang: str, *, name: str | None = None) -> tuple[str, ...]:
    shown = name_of(policy, lang) if name is None else name
    openings = tuple(line.format(name=shown) for line in frames()[lang].named)
    return _with_rules(policy, lang, openings, lead(policy, lang))


def _unnamed(policy: Policy, lang: str) -> tuple[str, ...]:
    return _with_rules(policy, lang, frames()[lang].unnamed, lead(policy, lang))


def _strict(policy: Policy, lang: str) -> tuple[str, ...]:
    return tuple(f"{text}\n\n{frames()[lang].strict}" for text in _full(policy, lang))


def _with_rules(policy: Policy, lang: str, openings: Sequence[str], how: str) -> tuple[str, ...]:
    lines = clauses(policy.rules, lang)
    return tuple(
        layout(openings[variant], how, lines, variant, lang) for variant in range(WORDINGS)
    )


def _brief(policy: Policy, lang: str) -> tuple[str, ...]:
    names = list(dict.fromkeys(category_name(rule.category, lang) for rule in policy.rules))
    orders = (names, names[::-1], names[len(names) // 2 :] + names[: len(names) // 2])
    summary = policy.file.summaries.get(lang, policy.file.summary)
    comma = "、" if lang in ("zh", "ja") else ", "
    return tuple(
        line.format(name=name_of(policy, lang), summary=summary, categories=comma.join(order))
        for line, order in zip(frames()[lang].brief, orders, strict=True)
    )


def _placebo(policy: Policy, lang: str) -> tuple[str, ...]:
    return placebo(_full(policy, lang), len(policy.rules), lang)


_PLAIN: Mapping[str, Callable[[Policy, str], tuple[str, ...]]] = {
    "placebo": _placebo,
    "brief": _brief,
    "full": _full,
    "strict": _strict,
    NATIVE: _full,
    "unnamed": _unnamed,
}
