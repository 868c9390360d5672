"""Placebo prompts: house rules of form, matched to a policy prompt in language, length, number and mood."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from lawbound.rubrics.policy.policy import PolicyError
from lawbound.rubrics.prompts.wordings import WORDINGS, Clause, Lines, layout
from lawbound.tasks.io.yaml_files import Strict, parse, read_yaml


class House(Strict):
    """The pool of one language: clauses, each a head and tails that lengthen it."""

    frames: Lines
    how: str
    stop: str = "."
    """What ends a clause."""
    rules: dict[str, tuple[tuple[str, ...], ...]]


def has_placebo(lang: str) -> bool:
    """Whether there are house rules in a language."""
    return (files("lawbound.rubrics.prompts") / f"house_{lang}.yaml").is_file()


def most_rules(lang: str) -> int:
    """How many house rules there are in a language: a policy with more has no placebo in it.

    Raises:
        PolicyError: There are no house rules in that language.
    """
    return sum(len(clauses) for clauses in _house(lang).rules.values())


def placebo(like: tuple[str, ...], rules: int, lang: str) -> tuple[str, ...]:
    """House rules as long as each wording of a policy prompt.

    Args:
        like: The wordings of the policy prompt.
        rules: Number of rules in them.
        lang: Their language.

    Raises:
        PolicyError: There are no house rules in that language, or too few.
    """
    pool = _house(lang)
    if rules > (available := most_rules(lang)):
        english = most_rules("en")
        instead = f", or a prompt in English, with up to {english}" if rules <= english else ""
        raise PolicyError(
            f"placebo: the policy has {rules} rules, expected at most {available}, the house rules that exist in "
            f"'{lang}'{instead}; every other strength can be asked"
        )
    lines = _fitted(pool, rules, len(like[0]), lang)
    return tuple(
        layout(pool.frames[variant], pool.how, lines, variant, lang) for variant in range(WORDINGS)
    )


def _fitted(pool: House, rules: int, length: int, lang: str) -> tuple[Clause, ...]:
    """As many clauses as bring the first wording to the length, with tails shared out evenly."""
    chosen = [
        (heading, parts) for heading, clauses in pool.rules.items() for parts in clauses
    ][:rules]  # fmt: skip
    used = [1] * len(chosen)

    def lines() -> tuple[Clause, ...]:
        return tuple(
            Clause(heading, "".join(parts[:count]) + pool.stop)
            for (heading, parts), count in zip(chosen, used, strict=True)
        )

    missing = length - len(layout(pool.frames[0], pool.how, lines(), 0, lang))
    while True:
        tails = {
            index: len(parts[used[index]])
            for index, (_, parts) in enumerate(chosen)
            if used[index] < len(parts)
        }
        fitting = [index for index, size in tails.items() if size <= missing + size // 2]
        if not fitting:
            return lines()
        index = min(fitting, key=lambda i: (used[i], len("".join(chosen[i][1][: used[i]])), i))
        used[index] += 1
        missing -= tails[index]


@cache
def _house(lang: str) -> House:
    file = files("lawbound.rubrics.prompts") / f"house_{lang}.yaml"
    if not file.is_file():
        raise PolicyError(f"placebo: language is '{lang}', expected one with a file of house rules")
    raw: Mapping[str, object] = read_yaml(file, PolicyError)
    return parse(raw, House, file.name, PolicyError)
