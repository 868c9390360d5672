"""Labels of an external prompt that a policy may ask about: claimed purpose, target, context, and whether it is harmless."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast, get_args

from lawbound.tasks.countries import COUNTRIES, meant_country
from lawbound.tasks.external.cells import column_of, parts_of, plain
from lawbound.tasks.external.source import Source
from lawbound.tasks.io.messages import did_you_mean
from lawbound.tasks.io.yaml_files import quoted
from lawbound.tasks.item import Context, ItemError, Purpose

_HARMLESS: Final = {
    **dict.fromkeys(("", "false", "no", "0", "0.0"), False),
    **dict.fromkeys(("true", "yes", "1", "1.0"), True),
}
"""What a cell may hold, as tables write it; a column of numbers with a gap becomes one of fractions."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What the cells of one row say; without columns, what an item has by default."""

    purpose: Purpose = "none"
    target: str | None = None
    context: tuple[Context, ...] = ()
    harmless: bool = False


LABELS: Final = tuple(Labels.__dataclass_fields__)
"""Parts of a mapping that give a label; they concern prompts alone."""


def labels_of(row: Mapping[str, Any], spec: Source, where: str) -> Labels:
    """The labels of a row.

    Raises:
        ItemError: A cell names none that exists, or the items are of a shape that no policy is asked about.
    """
    for name in LABELS:
        if name in spec.columns and spec.shape != "prompt":
            raise ItemError(
                f"{spec.source}: columns name '{name}' with shape '{spec.shape}', expected it with shape 'prompt' alone"
            )
    target = _cell(row, spec, "target") or "none"
    if target != "none" and target not in COUNTRIES:
        raise ItemError(
            f"{where}: {column_of(spec, 'target')} is {quoted(target)}, expected a country code of ISO 3166-1 such as "
            f"TH, EU, or none{meant_country(target)}"
        )
    purpose = _cell(row, spec, "purpose") or "none"
    context = parts_of(_raw(row, spec, "context"))
    for part, named, known in (
        ("purpose", (purpose,), get_args(Purpose)),
        ("context", context, get_args(Context)),
    ):
        for name in named:
            if name not in known:
                raise ItemError(
                    f"{where}: {column_of(spec, part)} is {quoted(name)}, expected one of {', '.join(known)}"
                    f"{did_you_mean(name, known)}"
                )
    harmless = _cell(row, spec, "harmless").lower()
    if harmless not in _HARMLESS:
        raise ItemError(
            f"{where}: {column_of(spec, 'harmless')} is {quoted(harmless)}, expected true or false"
        )
    return Labels(
        purpose=cast(Purpose, purpose),
        target=None if target == "none" else target,
        context=cast(tuple[Context, ...], context),
        harmless=_HARMLESS[harmless],
    )


def _raw(row: Mapping[str, Any], spec: Source, part: str) -> Any:
    return row[column_of(spec, part)] if part in spec.columns else None


def _cell(row: Mapping[str, Any], spec: Source, part: str) -> str:
    return plain(_raw(row, spec, part))
