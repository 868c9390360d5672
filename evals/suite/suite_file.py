"""The fields of a suite file, and the checks of it that need no bank; docs/suites.md explains them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from lawbound.rubrics.prompts.conditions import check_strength
from lawbound.runners.prompt import Mode
from lawbound.tasks.external.source import Source
from lawbound.tasks.io.errors import LawboundError
from lawbound.tasks.io.limits import MOST_COUNTED
from lawbound.tasks.io.messages import did_you_mean
from lawbound.tasks.io.yaml_files import Strict
from lawbound.tasks.item import Act, Kind
from lawbound.tasks.taxonomy import load_taxonomy

Pick = Literal["restricted", "near-miss", "open", "differ", "spillover", "any"]
Level = Annotated[int, Field(strict=True, ge=1, le=5)]
MOST_SELECTIONS = 200
"""Each is a draw of its own, of some 30 ms; a suite of ours has six at most."""
MOST = 100_000
"""Most items of one selection; more would be generated for hours before anything is asked."""


class SuiteError(LawboundError, ValueError):
    """A suite file has a fault, or selects nothing."""


def _topics(pattern: str) -> str:
    taxonomy = load_taxonomy()
    if not taxonomy.matching(pattern):
        raise ValueError(
            f"found '{pattern}', expected a topic of the taxonomy or a pattern that names one"
            + taxonomy.nearest(pattern, is_pattern=True)
        )
    return pattern


class Selection(Strict):
    """How many items of one sort, under which strengths."""

    kind: Kind
    pick: Pick = "any"
    """For policy items: those that the policy restricts, those just beside its rules, those that no
    rule concerns, those on which the chosen policies differ, or a rule's case in another country.
    """
    count: Annotated[int, Field(strict=True, gt=0, le=MOST)] | Literal["all"] = "all"
    """Items for each policy: twin pairs of reasoning and creative items, groups with
    translations."""
    rules: Annotated[int, Field(strict=True, gt=0, le=MOST)] | None = None
    """Number of rules to ask about, drawn by seed among those with items of every sort; only items
    in and beside them are drawn. A small suite that spread over every rule would have one item for
    each, and no J."""
    strengths: Annotated[
        tuple[Annotated[str, AfterValidator(check_strength)], ...], Field(min_length=1)
    ]
    languages: tuple[str, ...] = ("en",)
    """Empty means every language; with `external`, an omitted field: see `_own_languages`."""
    prompt_language: Literal["en", "item"] = "en"
    """Language of the policy prompt: English, or the item's own if the policy has it."""
    translations: bool = False
    """Draw whole groups, and only groups that exist in several of the languages."""
    bank: str = ""
    """Id of one of the policy's own question banks; a policy without that bank adds nothing."""
    topics: tuple[Annotated[str, AfterValidator(_topics)], ...] = ()
    """Shell-style patterns."""
    acts: tuple[Act, ...] = ()
    """Items with any of these tags."""
    tags: tuple[str, ...] = ()
    """Shell-style patterns; the draw is even over the tags that they match."""
    targets: tuple[str, ...] = ()
    """ISO countries, or ``none`` for items without a target."""
    families: tuple[str, ...] = ()
    """Families of the generators; empty means every one of the kind."""
    levels: Annotated[tuple[Level, ...], Field(min_length=1)] = (1, 2, 3, 4, 5)
    """Levels of generated items, 1 the easiest."""
    mode: Mode = "generate"
    """How reasoning items are asked: for an answer in words, or by the likelihood of each choice."""
    external: Source | None = None
    """Items from a `datasets` source instead of the bank or the generators."""

    @model_validator(mode="before")
    @classmethod
    def _own_languages(cls, data: Any) -> Any:
        """Languages of an external set: its ``lang``, or all of a column, since nobody brings
        questions to leave them out."""
        source = data.get("external") if isinstance(data, Mapping) else None
        if isinstance(source, Source):
            source = source.model_dump()
        if not isinstance(source, Mapping) or "languages" in data:
            return data
        columns, lang = source.get("columns"), source.get("lang")
        if isinstance(columns, Mapping) and "lang" in columns:
            return {**data, "languages": ()}
        return {**data, "languages": (lang,)} if isinstance(lang, str) else data

    @field_validator("levels", "families")
    @classmethod
    def _once(cls, value: tuple[object, ...]) -> tuple[object, ...]:
        if len(set(value)) < len(value):
            raise ValueError("each level and family once")
        return value

    @model_validator(mode="after")
    def _kind_of_external(self) -> Self:
        if self.external is not None:
            shape = self.external.shape
            kind = "policy" if shape == "prompt" else "reasoning"
            if self.kind != kind:
                raise ValueError(f"kind is {self.kind}, expected {kind} for shape {shape!r}")
            if self.mode == "choices" and shape != "choice":
                raise ValueError(f"mode is choices, expected generate for shape {shape!r}")
        return self

    @model_validator(mode="after")
    def _fields_of_the_kind(self) -> Self:
        """Refuse fields that have no effect: they would be taken for filters that apply."""
        outside = self.external is not None
        for name, kinds in HEEDED_BY.items():
            if getattr(self, name) == type(self).model_fields[name].default:
                continue
            if outside and name in _OF_GENERATORS:
                raise ValueError(f"found {name} beside external, expected no {name}")
            if self.kind not in kinds and not (outside and name in FILTERS):
                raise ValueError(
                    f"found {name} with kind {self.kind}, expected it with kind "
                    f"{' or '.join(kinds)} alone"
                )
        if self.rules is not None and self.pick not in OF_RULES:
            raise ValueError(f"found rules with pick {self.pick}, expected {' or '.join(OF_RULES)}")
        return self

    @model_validator(mode="after")
    def _known_families(self) -> Self:
        if self.families:
            known = known_families(self.kind)
            for name in self.families:
                if name not in known:
                    raise ValueError(
                        f"families: found {name!r}, expected some of {', '.join(known)}"
                        + did_you_mean(name, known)
                    )
        return self

    @property
    def is_same_for_all(self) -> bool:
        """Whether every policy is asked the same items."""
        return not self.bank and (self.kind != "policy" or self.pick in ("any", "differ"))


FILTERS = ("languages", "translations", "topics", "acts", "tags", "targets")
"""Fields that select items of a bank or of an external set."""
_OF_GENERATORS = ("families", "levels")
OF_RULES: Sequence[Pick] = ("restricted", "near-miss", "spillover")
"""Picks whose items are drawn evenly over rules."""
HEEDED_BY: Mapping[str, Sequence[Kind]] = {
    **dict.fromkeys(("pick", "rules", "bank"), ("policy",)),
    **dict.fromkeys(FILTERS, ("policy", "fact")),
    **dict.fromkeys(_OF_GENERATORS, ("reasoning", "creative")),
    "mode": ("reasoning",),
}
"""Field -> kinds of items that it filters; with other kinds it has to keep its default."""


def known_families(kind: Kind) -> tuple[str, ...]:
    """The generators of a kind, in their order."""
    if kind == "reasoning":
        from lawbound.tasks import reasoning

        return tuple(reasoning.FAMILIES)
    from lawbound.tasks import creative

    return tuple(creative.FAMILIES)


class Suite(Strict):
    """A named list of selections."""

    id: str
    version: str
    summary: str
    seed: Annotated[int, Field(strict=True, ge=0, le=MOST_COUNTED)] = 0
    """Seed for drawing items and wordings; ``--seed`` takes its place."""
    max_tokens: Annotated[int, Field(strict=True, gt=0, le=MOST_COUNTED)] = 256
    """Token limit of an answer; ``--max-tokens`` takes its place."""
    policies: tuple[str, ...] = ()
    """Policies to ask under if the user names none."""
    references: tuple[str, ...] = ()
    """Reference models that run beside the user's."""
    select: Annotated[tuple[Selection, ...], Field(min_length=1, max_length=MOST_SELECTIONS)]
