"""A suite is a short YAML file of selections; composing it with policies gives exactly what is asked."""

import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from lawbound.evals.suite.draw_warnings import (
    DrawWarning,
    other_language,
    too_few,
    unasked,
    undrawn,
    unmatched,
    without_native,
)
from lawbound.evals.suite.generated import generated, is_generated
from lawbound.evals.suite.selection import draw
from lawbound.evals.suite.suite_file import Selection, Suite, SuiteError
from lawbound.rubrics.policy.files import shipped
from lawbound.rubrics.policy.policy import Policy, PolicyError
from lawbound.rubrics.prompts.conditions import (
    NATIVE,
    conditions,
    native_languages,
    prompt_languages,
)
from lawbound.runners.condition import FULL_WITHOUT, NONE, WRONG_REGION, Condition
from lawbound.runners.plan import Arm
from lawbound.runners.prompt import Mode
from lawbound.tasks.bank import load_bank
from lawbound.tasks.external.items import load_external
from lawbound.tasks.io.messages import did_you_mean
from lawbound.tasks.io.yaml_files import parse, read_yaml
from lawbound.tasks.item import Item


def shipped_suites() -> tuple[str, ...]:
    """Ids of the suites that come with the package."""
    folder = files("lawbound.evals") / "suites"
    return tuple(
        sorted(f.name.removesuffix(".yaml") for f in folder.iterdir() if f.name.endswith(".yaml"))
    )


def load_suite(name_or_path: str) -> Suite:
    """Read a shipped suite or a user's file; a file named like a shipped suite needs its folder in
    the path.

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


def suite_policies(name_or_path: str, suite: Suite) -> tuple[str, ...]:
    """The policies that a suite names; files are looked for beside the suite, then in the current
    folder.

    The suite itself keeps the names as written, so that it is the same wherever it is run.
    """
    if name_or_path in shipped_suites():
        return suite.policies
    found = [(name, Path(name_or_path).parent / name) for name in suite.policies]
    return tuple(
        str(file) if name not in shipped() and file.is_file() else name for name, file in found
    )


def _beside(suite: Suite, folder: Path) -> Suite:
    """The suite, with local files of external sources resolved beside it."""
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
        policies: Policies, in the order in which results are listed.
        bank: Authored items; the shipped bank if none are given.
        seed: Seed of the draw; the suite's own if none is given.
        limit: Most items of each selection and policy: pairs of twins for generated items, groups
            with ``translations``.
        strengths: Replaces the strengths of every selection; a selection keeps only those that it
            also names.

    Raises:
        SuiteError: Nothing at all is selected, or a filter uses an unknown name.
        PolicyError: A strength names a rule or a region that does not exist.
        ItemError: An external source cannot be read.

    Warns: DrawWarning: A selection draws nothing, too little, nothing for one of its names or for
        ``native``, or would ask again in another prompt language, one line for each; or a policy
        is asked none of what is drawn for it.
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
    drawn = [
        _drawn(part, policies, banks[at], seed, _count(part, limit))
        if _wanted(part, strengths)
        else {}
        for at, part in enumerate(suite.select)
    ]
    arms: dict[tuple[str, str, str, Mode], Arm] = {}
    lost: list[list[Arm]] = [[] for _ in suite.select]
    for policy in policies:
        for at, selection in enumerate(suite.select):
            wanted = _expanded(_wanted(selection, strengths), policy, policies)
            try:
                found = _conditions(policy, wanted, selection, policies)
            except PolicyError as fault:
                where = f"suite '{suite.id}': {_place(suite, at)}"
                raise PolicyError(f"{where}: {fault}") from fault
            for arm in _arms(policy, found, selection, drawn[at].get(policy.id, ())):
                cell = (arm.item.id, arm.condition.id, policy.id, arm.mode)
                if arms.setdefault(cell, arm).condition.lang != arm.condition.lang:
                    lost[at].append(arm)
    missing = [
        *_missing(suite, policies, banks, drawn, limit),
        *_unspoken(suite, policies, drawn, strengths, lost),
        *(unasked(drawn, arms.values()) if arms else ()),
    ]
    if not arms:
        under = ", ".join(policy.id for policy in policies) or "no policy"
        raise SuiteError("; ".join([f"suite '{suite.id}' selects no item under {under}", *missing]))
    for line in missing:
        warnings.warn(f"suite '{suite.id}': {line}", DrawWarning, stacklevel=2)
    return tuple(arms.values())


def _place(suite: Suite, at: int) -> str:
    """A selection's name in messages; counted from 0, as everywhere in them."""
    return f"select.{at} ({suite.select[at].kind})"


def _wanted(selection: Selection, strengths: Sequence[str]) -> list[str]:
    return [name for name in selection.strengths if not strengths or name in strengths]


def _count(selection: Selection, limit: int | None) -> int | None:
    """How many are asked for; None means all."""
    counts = [n for n in (selection.count, limit) if n is not None and n != "all"]
    return min(counts, default=None)


def _drawn(
    selection: Selection,
    policies: Sequence[Policy],
    bank: Sequence[Item],
    seed: int,
    count: int | None,
) -> dict[str, Sequence[Item]]:
    """The items of a selection by policy."""
    drawn: dict[str, Sequence[Item]] = {}
    for policy in policies:
        if selection.is_same_for_all and drawn:
            drawn[policy.id] = drawn[policies[0].id]
        elif is_generated(selection):
            drawn[policy.id] = generated(selection, seed, count)
        else:
            rng = np.random.default_rng([seed, 1])
            drawn[policy.id] = draw(selection, policy, policies, bank, count, rng)
    return drawn


def _missing(
    suite: Suite,
    policies: Sequence[Policy],
    banks: Sequence[Sequence[Item]],
    drawn: Sequence[Mapping[str, Sequence[Item]]],
    limit: int | None,
) -> Iterator[str]:
    """One line for each selection that gets too few items, or none for one of its names."""
    for at, part in enumerate(suite.select):
        if drawn[at] and not is_generated(part):
            count = None if part.count == "all" else _count(part, limit)
            found = [
                *unmatched(part, banks[at], policies, f"suite '{suite.id}': {_place(suite, at)}"),
                *too_few(part, drawn[at], count),
                *undrawn(part, banks[at], drawn[at]),
            ]
            if found:
                yield f"{_place(suite, at)}: {'; '.join(found)}"


def _unspoken(
    suite: Suite,
    policies: Sequence[Policy],
    drawn: Sequence[Mapping[str, Sequence[Item]]],
    strengths: Sequence[str],
    lost: Sequence[Sequence[Arm]],
) -> Iterator[str]:
    """One line for each selection without prompts in a language that it wants."""
    for at, part in enumerate(suite.select):
        if NATIVE in _wanted(part, strengths):
            own = {policy.id: native_languages(policy) for policy in policies}
            found = {name: {item.lang for item in items} for name, items in drawn[at].items()}
            yield from (f"{_place(suite, at)}: {line}" for line in without_native(own, found))
        yield from (f"{_place(suite, at)}: {line}" for line in other_language(lost[at]))


def _expanded(
    strengths: Sequence[str], policy: Policy, policies: Sequence[Policy]
) -> Sequence[str]:
    """Strengths with ``*`` expanded: each clause left out once, the name swapped within pairs."""
    found: list[str] = []
    for strength in strengths:
        kind, _, argument = strength.partition(":")
        if argument != "*":
            found.append(strength)
        elif kind == FULL_WITHOUT:
            found += [f"{FULL_WITHOUT}:{rule.id}" for rule in policy.rules]
        elif kind == WRONG_REGION and len(policies) > 1:
            at = policies.index(policy)
            # Pairs are 0 and 1, 2 and 3 and so on; one left over takes the name before it.
            partner = at ^ 1 if at ^ 1 < len(policies) else at - 1
            found.append(f"{WRONG_REGION}:{policies[partner].id}")
    return found


def _arms(
    policy: Policy, found: Sequence[Condition], selection: Selection, items: Sequence[Item]
) -> Iterator[Arm]:
    """What a selection asks under one policy, condition after condition."""
    spoken = {condition.lang for condition in found}
    for condition in found:
        for item in _bearing_on(condition, policy, items):
            if _speaks_to(condition, spoken, selection, item):
                yield Arm(item, condition, (policy.id,), selection.mode)


def _bearing_on(condition: Condition, policy: Policy, items: Sequence[Item]) -> Iterable[Item]:
    """Without a clause, only the questions that it decides are worth repeating."""
    kind, _, rule = condition.strength.partition(":")
    if kind != FULL_WITHOUT:
        return items
    return [item for item in items if rule in policy.requires(item).rules]


def _speaks_to(
    condition: Condition, spoken: Collection[str], selection: Selection, item: Item
) -> bool:
    """Whether a prompt is in the item's language, if the strength or the selection wants that;
    for the selection, English stands in for languages in which there is none, even if the policy
    lists them."""
    if condition.strength == NATIVE:
        return condition.lang == item.lang
    if selection.prompt_language != "item" or condition.policy is None:
        return True
    return condition.lang == item.lang or (condition.lang == "en" and item.lang not in spoken)


def _conditions(
    policy: Policy, strengths: Sequence[str], selection: Selection, policies: Sequence[Policy]
) -> list[Condition]:
    found = [NONE] if "none" in strengths else []
    others = [strength for strength in strengths if strength not in ("none", NATIVE)]
    if others:
        own = policy.file.languages if selection.prompt_language == "item" else ()
        for lang in dict.fromkeys((*prompt_languages(policy, own), "en")):
            found += conditions(policy, others, lang=lang, beside=policies)
    if NATIVE in strengths:
        for lang in native_languages(policy):
            found += conditions(policy, [NATIVE], lang=lang)
    return found
