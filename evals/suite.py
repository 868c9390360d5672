"""A suite is a small YAML of selections; composing one against policies says exactly what is asked."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from lawbound.rubrics.conditions import conditions
from lawbound.rubrics.policy import WITHHOLDING, Policy
from lawbound.runners.condition import NONE, Condition
from lawbound.runners.plan import Arm
from lawbound.runners.prompt import Mode
from lawbound.tasks.bank import load_bank
from lawbound.tasks.files import parse, read_yaml
from lawbound.tasks.item import Act, Item, Kind


class SuiteError(ValueError):
    """A suite file is not what it should be, or selects nothing."""


Pick = Literal["restricted", "near-miss", "open", "any"]


class Selection(BaseModel):
    """How many items of one sort, under which strengths."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    pick: Pick = "any"
    """For policy items: those that the policy restricts, those just beside its rules, or others."""
    count: Annotated[int, Field(gt=0)] | Literal["all"] = "all"
    """Items a policy; for reasoning and creative items, twin pairs."""
    strengths: Annotated[tuple[str, ...], Field(min_length=1)]
    languages: tuple[str, ...] = ("en",)
    """Empty means every language."""
    prompt_language: Literal["en", "item"] = "en"
    """Language of the policy prompt: English, or the item's own where the policy has it."""
    topics: tuple[str, ...] = ()
    acts: tuple[Act, ...] = ()
    tags: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    levels: tuple[int, ...] = (1, 2, 3, 4, 5)
    mode: Mode = "generate"


class Suite(BaseModel):
    """A named list of selections."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    version: str
    summary: str
    seed: int = 0
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


@cache
def load_suite(name_or_path: str) -> Suite:
    """Read a shipped suite or a user's file.

    Raises:
        SuiteError: There is no such suite, or the file is malformed.
    """
    path = Path(name_or_path)
    if path.suffix in (".yaml", ".yml") or path.is_file():
        return parse(read_yaml(path, SuiteError), Suite, str(path), SuiteError)
    if name_or_path not in shipped_suites():
        near = get_close_matches(name_or_path, shipped_suites(), n=1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        raise SuiteError(
            f"suite '{name_or_path}' does not exist, expected a file or one of "
            f"{', '.join(shipped_suites())}{hint}"
        )
    file = files("lawbound.evals") / "suites" / f"{name_or_path}.yaml"
    return parse(read_yaml(file, SuiteError), Suite, f"{name_or_path}.yaml", SuiteError)


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
    """
    known = list(dict.fromkeys(name for part in suite.select for name in part.strengths))
    for name in strengths:
        if name not in known:
            raise SuiteError(
                f"suite '{suite.id}': strength {name!r} is not in it, expected some of {', '.join(known)}"
            )
    items = load_bank() if bank is None else tuple(bank)
    seed = suite.seed if seed is None else seed
    arms: list[Arm] = []
    seen: set[tuple[str, str, str, Mode]] = set()
    for policy in policies:
        for selection in suite.select:
            wanted = [s for s in selection.strengths if not strengths or s in strengths]
            chosen = _choose(selection, policy, items, seed, limit)
            for condition in _conditions(policy, wanted, selection):
                for item in chosen:
                    if selection.prompt_language == "item" and condition.lang != item.lang:
                        if condition.policy is not None and item.lang in policy.file.languages:
                            continue
                        if condition.policy is not None and condition.lang != "en":
                            continue
                    cell = (item.id, condition.id, policy.id, selection.mode)
                    if cell not in seen:
                        seen.add(cell)
                        arms.append(Arm(item, condition, (policy.id,), selection.mode))
    if not arms:
        raise SuiteError(f"suite '{suite.id}' selects no item under {[p.id for p in policies]}")
    return tuple(arms)


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
    selection: Selection, policy: Policy, bank: Sequence[Item], seed: int, limit: int | None
) -> Sequence[Item]:
    count = None if selection.count == "all" else selection.count
    if limit is not None:
        count = limit if count is None else min(count, limit)
    if selection.kind in ("reasoning", "creative"):
        return _generated(selection, seed, count)
    candidates = [item for item in bank if item.kind == selection.kind and _fits(selection, item)]
    strata = {item.id: _strata(selection, policy, item) for item in candidates}
    pool = [item for item in candidates if strata[item.id]]
    return balanced(pool, strata, count, np.random.default_rng([seed, 1]))


def _fits(selection: Selection, item: Item) -> bool:
    return (
        (not selection.languages or item.lang in selection.languages)
        and (not selection.topics or any(fnmatchcase(item.topic, p) for p in selection.topics))
        and (not selection.acts or any(act in selection.acts for act in item.acts))
        and (not selection.tags or any(tag in selection.tags for tag in item.tags))
        and (not selection.targets or (item.target or "none") in selection.targets)
    )


def _strata(selection: Selection, policy: Policy, item: Item) -> tuple[str, ...]:
    """The cells that an item fills; none means that the selection does not want it."""
    if selection.kind != "policy" or selection.pick == "any":
        return (f"{item.lang}:{item.area}",)
    requirement = policy.requires(item)
    if selection.pick == "restricted":
        scored = requirement.base in WITHHOLDING | {"neutral"} or requirement.addons
        return tuple(f"{item.lang}:{rule}" for rule in requirement.rules) if scored else ()
    if selection.pick == "near-miss":
        return tuple(f"{item.lang}:{rule}:{kind}" for rule, kind in policy.near_misses(item))
    plain = requirement.base == "answer" and not requirement.rules and not policy.near_misses(item)
    return (f"{item.lang}:{item.area}",) if plain else ()


def balanced(
    pool: Sequence[Item],
    strata: Mapping[str, Sequence[str]],
    count: int | None,
    rng: np.random.Generator,
) -> list[Item]:
    """Draw items so that every prefix of the result fills the strata as evenly as it can.

    Each step takes an item for the emptiest stratum; an item that lies in several fills them all.
    Items of a group already drawn come last, so that clusters stay small.
    """
    order = [pool[i] for i in rng.permutation(len(pool))]
    queues: dict[str, list[Item]] = {}
    for item in order:
        for stratum in strata[item.id]:
            queues.setdefault(stratum, []).append(item)
    filled = dict.fromkeys(sorted(queues), 0)
    taken: dict[str, Item] = {}
    groups: set[tuple[str, str]] = set()
    while filled and (count is None or len(taken) < count):
        stratum = min(filled, key=lambda name: (filled[name], name))
        queue = [item for item in queues[stratum] if item.id not in taken]
        if not queue:
            del filled[stratum]
            continue
        fresh = (item for item in queue if (item.group, item.lang) not in groups)
        item = next(fresh, queue[0])
        queues[stratum] = queue
        taken[item.id] = item
        groups.add((item.group, item.lang))
        for other in strata[item.id]:
            if other in filled:
                filled[other] += 1
    return list(taken.values())


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
