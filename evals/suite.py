"""A suite is a small YAML of selections; composing one against policies says exactly what is asked."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from lawbound.evals.selection import Selection, draw
from lawbound.rubrics.policy.policy import Policy
from lawbound.rubrics.prompts.conditions import conditions
from lawbound.runners.condition import NONE, Condition
from lawbound.runners.plan import Arm
from lawbound.runners.prompt import Mode
from lawbound.tasks.bank import load_bank
from lawbound.tasks.external import load_external
from lawbound.tasks.files import parse, read_yaml
from lawbound.tasks.item import Item, Kind
from lawbound.tasks.messages import did_you_mean


class SuiteError(ValueError):
    """A suite file is not what it should be, or selects nothing."""


class Suite(BaseModel):
    """A named list of selections."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    version: str
    summary: str
    seed: Annotated[int, Field(ge=0)] = 0
    max_tokens: Annotated[int, Field(gt=0)] = 256
    policies: tuple[str, ...] = ()
    """Asked under these where the user names none."""
    references: tuple[str, ...] = ()
    """Reference models that run beside the user's."""
    select: Annotated[tuple[Selection, ...], Field(min_length=1)]


def shipped_suites() -> tuple[str, ...]:
    """Ids of the suites that come with the package."""
    folder = files("lawbound.evals") / "suites"
    return tuple(
        sorted(f.name.removesuffix(".yaml") for f in folder.iterdir() if f.name.endswith(".yaml"))
    )


def load_suite(name_or_path: str) -> Suite:
    """Read a shipped suite or a user's file; a file that is called like a shipped one needs its folder.

    Raises:
        SuiteError: There is no such suite, or the file is malformed.
    """
    if name_or_path in shipped_suites():
        return _load_shipped(name_or_path)
    path = Path(name_or_path)
    if path.suffix in (".yaml", ".yml") or path.is_file():
        return _beside(
            parse(read_yaml(path, SuiteError), Suite, str(path), SuiteError), path.parent
        )
    hint = did_you_mean(name_or_path, shipped_suites())
    raise SuiteError(
        f"suite '{name_or_path}' does not exist, expected a file or one of "
        f"{', '.join(shipped_suites())}{hint}"
    )


@cache
def _load_shipped(name: str) -> Suite:
    file = files("lawbound.evals") / "suites" / f"{name}.yaml"
    return parse(read_yaml(file, SuiteError), Suite, f"{name}.yaml", SuiteError)


def _beside(suite: Suite, folder: Path) -> Suite:
    """Local files of external sources are found beside the suite that names them."""
    select = []
    for part in suite.select:
        if part.external is not None and (folder / part.external.source).is_file():
            found = part.external.model_copy(update={"source": str(folder / part.external.source)})
            part = part.model_copy(update={"external": found})
        select.append(part)
    return suite.model_copy(update={"select": tuple(select)})


def compose(
    suite: Suite,
    policies: Sequence[Policy],
    *,
    bank: Sequence[Item] | None = None,
    seed: int | None = None,
    limit: int | None = None,
    strengths: Sequence[str] = (),
) -> tuple[Arm, ...]:
    """What a suite asks under these policies.

    Args:
        suite: The selections.
        policies: In the order in which results are to stand.
        bank: Authored items; the shipped bank if none are given.
        seed: Draws the sample; the suite's own seed if none is given.
        limit: At most so many items (twin pairs) of each selection and policy.
        strengths: Replaces the strengths of every selection, keeping only those it also names.

    Raises:
        SuiteError: Nothing at all is selected.
        ItemError: An external source cannot be read.
    """
    known = list(dict.fromkeys(name for part in suite.select for name in part.strengths))
    for name in strengths:
        if name not in known:
            raise SuiteError(
                f"suite '{suite.id}': strength {name!r} is not in it, expected some of {', '.join(known)}"
            )
    items = load_bank() if bank is None else tuple(bank)
    seed = suite.seed if seed is None else seed
    banks = [
        items if part.external is None else load_external(part.external) for part in suite.select
    ]
    shared = {
        at: _choose(part, policies[0], policies, banks[at], seed, limit)
        for at, part in enumerate(suite.select)
        if policies and part.is_same_for_all
    }
    arms: list[Arm] = []
    seen: set[tuple[str, str, str, Mode]] = set()
    for policy in policies:
        for at, selection in enumerate(suite.select):
            wanted = [s for s in selection.strengths if not strengths or s in strengths]
            chosen = shared.get(at)
            if chosen is None:
                chosen = _choose(selection, policy, policies, banks[at], seed, limit)
            for condition in _conditions(policy, _expanded(wanted, policy, policies), selection):
                for item in _bearing_on(condition, policy, chosen):
                    cell = (item.id, condition.id, policy.id, selection.mode)
                    if cell not in seen and _speaks_to(condition, policy, selection, item):
                        seen.add(cell)
                        arms.append(Arm(item, condition, (policy.id,), selection.mode))
    if not arms:
        raise SuiteError(f"suite '{suite.id}' selects no item under {[p.id for p in policies]}")
    return tuple(arms)


def _expanded(
    strengths: Sequence[str], policy: Policy, policies: Sequence[Policy]
) -> Sequence[str]:
    """Strengths with ``*`` filled in: each clause left out once, the name swapped within pairs."""
    found: list[str] = []
    for strength in strengths:
        kind, _, argument = strength.partition(":")
        if argument != "*":
            found.append(strength)
        elif kind == "full-without":
            found += [f"full-without:{rule.id}" for rule in policy.rules]
        elif kind == "wrong-region" and len(policies) > 1:
            at = policies.index(policy)
            partner = at ^ 1 if at ^ 1 < len(policies) else at - 1
            found.append(f"wrong-region:{policies[partner].id}")
    return found


def _bearing_on(condition: Condition, policy: Policy, items: Sequence[Item]) -> Iterable[Item]:
    """Without a clause, only the questions that it decides are worth asking again."""
    kind, _, rule = condition.strength.partition(":")
    if kind != "full-without":
        return items
    return [item for item in items if rule in policy.requires(item).rules]


def _speaks_to(condition: Condition, policy: Policy, selection: Selection, item: Item) -> bool:
    """Whether a prompt is in the item's language, where the selection wants that; English stands in for
    languages that the policy does not speak."""
    if selection.prompt_language != "item" or condition.policy is None:
        return True
    return condition.lang == item.lang or (
        condition.lang == "en" and item.lang not in policy.file.languages
    )


def _conditions(
    policy: Policy, strengths: Sequence[str], selection: Selection
) -> Iterable[Condition]:
    if "none" in strengths:
        yield NONE
    others = [strength for strength in strengths if strength != "none"]
    if not others:
        return
    langs = ["en"] if selection.prompt_language == "en" else list(policy.file.languages)
    for lang in langs:
        yield from conditions(policy, others, lang=lang)


def _choose(
    selection: Selection,
    policy: Policy,
    policies: Sequence[Policy],
    bank: Sequence[Item],
    seed: int,
    limit: int | None,
) -> Sequence[Item]:
    count = None if selection.count == "all" else selection.count
    if limit is not None:
        count = limit if count is None else min(count, limit)
    if selection.kind in ("reasoning", "creative") and selection.external is None:
        return _generated(selection, seed, count)
    rng = np.random.default_rng([seed, 1])
    return draw(selection, policy, policies, bank, count, rng)


def _generated(selection: Selection, seed: int, count: int | None) -> Sequence[Item]:
    """Twin pairs, in rounds over levels and families, so that any prefix is balanced."""
    known, generate = _generator(selection.kind)
    families = selection.families or tuple(known)
    unknown = [name for name in families if name not in known]
    if unknown:
        raise SuiteError(f"families: found {unknown[0]!r}, expected some of {', '.join(known)}")
    cells = len(families) * len(selection.levels)
    per_cell = 1 if count is None else -(-count // cells)
    twins: dict[str, list[Item]] = {}
    for item in generate(families, levels=selection.levels, per_cell=per_cell, seed=seed):
        twins.setdefault(item.group, []).append(item)
    pairs = list(twins.values())
    # Families x levels arrive cell by cell; deal one pair of each cell a round, levels fastest.
    rounds = [pairs[start::per_cell] for start in range(per_cell)]
    by_level = [
        pair
        for dealt in rounds
        for shift in range(len(selection.levels))
        for family in range(len(families))
        for pair in [
            dealt[family * len(selection.levels) + (shift + family) % len(selection.levels)]
        ]
    ]
    return [item for pair in by_level[:count] for item in pair]


Generate = Callable[..., Sequence[Item]]


def _generator(kind: Kind) -> tuple[Sequence[str], Generate]:
    if kind == "reasoning":
        from lawbound.tasks import reasoning

        return tuple(reasoning.FAMILIES), reasoning.generate
    from lawbound.tasks import creative

    return tuple(creative.FAMILIES), creative.generate
