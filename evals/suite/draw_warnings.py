"""What a selection asks for but does not get: names that no item has, and counts that a bank cannot fill.

A filter that matches nothing changes every number behind it and looks like a result. So a name that
neither the items asked nor the shipped bank have is treated as a misspelling and refused. One that
is only missing from the items asked gives a warning, since a shipped suite may be used with a
user's own bank.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from lawbound.evals.suite.suite_file import Selection, SuiteError
from lawbound.rubrics.policy.files import load_policy, shipped
from lawbound.rubrics.policy.policy import Policy
from lawbound.runners.plan import Arm
from lawbound.tasks.bank import load_bank
from lawbound.tasks.io.messages import counted, did_you_mean
from lawbound.tasks.item import Item, Kind

_MOST = 20
"""Most names that a message lists; there are hundreds of tags."""


class DrawWarning(UserWarning):
    """A selection draws fewer items than it asks for, or a part of it matches none."""


def unmatched(
    selection: Selection, items: Sequence[Item], policies: Sequence[Policy], where: str
) -> Iterator[str]:
    """One phrase for each name in the filters that no item has.

    Args:
        selection: What is wanted; generated items need no check.
        items: Items to draw from.
        policies: The policies that are asked.
        where: Suite and selection, for the message.

    Raises:
        SuiteError: The shipped bank and policies do not know a name either.
    """
    if selection.bank and selection.bank not in _bank_ids(policies):
        known = _bank_ids([*policies, *map(load_policy, shipped())])
        _refuse_unknown("bank", selection.bank, known, where)
        yield f"no policy asked has a bank '{selection.bank}'"
    found = _names(items, selection.kind)
    for field, names in found.items():
        for wanted in getattr(selection, field):
            if _matches(field, wanted, names):
                continue
            if field != "topics":  # those are already checked against the taxonomy
                others = () if selection.external else load_bank()
                known = names | _names(others, selection.kind)[field]
                _refuse_unknown(field, wanted, known, where)
            yield f"{field}: no {selection.kind} item has '{wanted}'"


def too_few(
    selection: Selection, drawn: Mapping[str, Sequence[Item]], count: int | None
) -> Iterator[str]:
    """A phrase with the number of drawn items, if that is none or fewer than asked for.

    Args:
        selection: What was wanted.
        drawn: Items by policy; any one policy if all are asked the same.
        count: How many were asked for; None means all that exist.
    """
    units = {name: _units(selection, items) for name, items in drawn.items()}
    short = {name: n for name, n in units.items() if n < (1 if count is None else count)}
    if not short:
        return
    of = "" if count is None else f" of {count}"
    what = "groups" if selection.translations else "items"
    first, *others = short.items()
    parts = [f"drew {first[1]}{of} {what} under {first[0]}", *(f"{n} under {p}" for p, n in others)]
    yield f"drew {first[1]}{of} {what}" if selection.is_same_for_all else ", ".join(parts)


def undrawn(
    selection: Selection, items: Sequence[Item], drawn: Mapping[str, Sequence[Item]]
) -> Iterator[str]:
    """One phrase for each filter with names that some items have but a policy is asked none of.

    A user who names three languages reads a result as one of three. Policies that are asked nothing
    at all are reported elsewhere.

    Args:
        selection: What was wanted.
        items: Items to draw from.
        drawn: Items by policy; any one policy if all are asked the same.
    """
    there = _names(items, selection.kind)
    asked = {
        policy: _names(mine, selection.kind) for policy, mine in drawn.items() if len(mine) > 0
    }
    for field, names in there.items():
        lacking: dict[str, list[str]] = {}
        for wanted in getattr(selection, field):
            without = [p for p, found in asked.items() if not _matches(field, wanted, found[field])]
            if without and _matches(field, wanted, names):
                under = "" if selection.is_same_for_all else f" under {', '.join(without)}"
                lacking.setdefault(under, []).append(f"'{wanted}'")
        for under, lost in lacking.items():
            more = f" and {len(lost) - _MOST} more" if len(lost) > _MOST else ""
            yield f"{field}: nothing drawn of {', '.join(lost[:_MOST])}{more}{under}"


def without_native(
    own: Mapping[str, Sequence[str]], drawn: Mapping[str, Collection[str]]
) -> Iterator[str]:
    """A phrase if strength ``native`` asks nothing, or nothing under a policy that has such prompts.

    Policies that are asked nothing at all are reported elsewhere, and one that is written in
    English alone adds nothing.

    Args:
        own: The languages of each policy's native prompts.
        drawn: The languages of the items that each policy is asked.
    """
    if not any(own.values()):
        yield "native: no policy asked has a prompt in a language other than English"
    lacking = [
        f"{' or '.join(repr(lang) for lang in langs)} under {policy}"
        for policy, langs in own.items()
        if langs and drawn.get(policy) and not set(langs) & set(drawn[policy])
    ]
    if lacking:
        yield f"native: nothing drawn in {', '.join(lacking)}"


def unasked(drawn: Iterable[Mapping[str, Sequence[Item]]], arms: Iterable[Arm]) -> Iterator[str]:
    """A phrase if policies have items but are asked none of them, whatever the cause: they would be
    missing from the results without a word. Policies without an item are reported elsewhere.

    Args:
        drawn: Items by policy, for each selection.
        arms: All that is asked.
    """
    asked = {name for arm in arms for name in arm.policies}
    named = dict.fromkeys(name for items in drawn for name, mine in items.items() if len(mine) > 0)
    without = [name for name in named if name not in asked]
    if without:
        yield f"nothing is asked under {', '.join(without)}"


def other_language(lost: Sequence[Arm]) -> Iterator[str]:
    """A phrase if items are not asked because another selection asks them at the same strength and
    under the same policy, with a prompt in another language.

    Args:
        lost: The arms that are left out for it.
    """
    if lost:
        strengths = dict.fromkeys(arm.condition.strength for arm in lost)
        langs = dict.fromkeys(arm.condition.lang for arm in lost)
        names = dict.fromkeys(name for arm in lost for name in arm.policies)
        # `native` is the prompt of `full` in a language other than English, and of no other strength.
        is_native_apart = any(
            arm.condition.strength == "full" and arm.condition.lang != "en" for arm in lost
        )
        yield (
            f"{counted(len(lost), 'arm')} at {', '.join(strengths)} under {', '.join(names)} not "
            f"asked with a prompt in {', '.join(langs)}: an earlier selection already asks these "
            "items at this strength with a prompt in another language"
            + (" (to ask full in both, add strength native)" if is_native_apart else "")
        )


def _units(selection: Selection, items: Sequence[Item]) -> int:
    return len({item.group for item in items}) if selection.translations else len(items)


def _bank_ids(policies: Iterable[Policy]) -> set[str]:
    return {size.id for policy in policies for size in policy.file.banks}


def _names(items: Iterable[Item], kind: Kind) -> dict[str, set[str]]:
    """The values of a kind's items, for each field of a selection."""
    mine = [item for item in items if item.kind == kind]
    return {
        "languages": {item.lang for item in mine},
        "topics": {item.topic for item in mine},
        "tags": {tag for item in mine for tag in item.tags},
        "targets": {item.target or "none" for item in mine},
    }


def _matches(field: str, wanted: str, names: Iterable[str]) -> bool:
    if field in ("topics", "tags"):
        return any(fnmatchcase(name, wanted) for name in names)
    return wanted in names


def _refuse_unknown(field: str, wanted: str, known: set[str], where: str) -> None:
    if _matches(field, wanted, known):
        return
    families = {f"{name.partition('-')[0]}-*" for name in known if "-" in name}
    hint = did_you_mean(wanted, sorted(families if wanted.endswith("*") else known))
    listed = ", ".join([*sorted(known)[:_MOST], *(["..."] if len(known) > _MOST else [])])
    raise SuiteError(f"{where}: {field}: found '{wanted}', expected one of {listed}{hint}")
