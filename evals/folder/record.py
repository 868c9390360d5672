"""The content of ``run.yaml``: the suite, policies and models of a run, how they were asked, and who judged.

A record that is read and written again loses nothing. Fields that this version does not know are kept, after those
that it knows, and a field that an older version did not write is not added.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidatorFunctionWrapHandler, WrapValidator

from lawbound.evals.folder.digests import NAMES, RESULTS
from lawbound.evals.folder.files import FolderError
from lawbound.evals.folder.versions import installed, is_newer
from lawbound.rubrics.judges.majority import UNSURE, JudgeMode
from lawbound.rubrics.policy.policy import Policy
from lawbound.rubrics.policy.written import Slug
from lawbound.tasks.io.hashes import DIGITS
from lawbound.tasks.io.limits import LONGEST_NAME, MOST_COUNTED
from lawbound.tasks.io.yaml_files import parse, quoted

Word = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]


class Part(BaseModel):
    """A part of a record; fields that this version does not know are kept."""

    model_config = ConfigDict(frozen=True, extra="allow")

    def content(self) -> dict[str, Any]:
        """The part as it is written: under the names used in the file, and only the fields
        given."""
        return self.model_dump(by_alias=True, exclude_unset=True)


class SuiteEntry(Part):
    """The suite as it was asked. Other fields of the suite file are kept but not checked."""

    id: str
    version: str

    @property
    def references(self) -> tuple[str, ...]:
        """Names of its reference models."""
        return names_in(self.content().get("references"))

    @property
    def max_tokens(self) -> Any:
        """The suite's limit of tokens per answer."""
        return self.content().get("max_tokens")


class PolicyEntry(Part):
    """A policy under which questions were asked."""

    id: Slug  # a file is named after it
    name: str = ""
    version: str
    digest: str = ""
    """Digest of its text, which is in ``policies/ID.yaml``."""
    typed: Annotated[Word, Field(alias="from")]
    """The name or path as the user typed it."""

    @classmethod
    def of(cls, policy: Policy, typed: str) -> PolicyEntry:
        """The entry of a policy.

        Args:
            policy: The policy that was asked under.
            typed: The name or path as the user typed it.
        """
        return cls.model_validate(
            {
                "id": policy.id,
                "name": policy.name,
                "version": policy.version,
                "digest": policy.digest,
                "from": typed,
            }
        )


class ModelEntry(Part):
    """A model for which every question was asked."""

    model: Word
    """Its label."""
    spec: Word
    """The model's name in the spec, such as ``openai:NAME@URL``."""
    reference: bool
    grader: Literal["offline", "declared"]
    fingerprint: dict[str, Any] = {}
    requests: int = 0
    failed: int = 0
    stale: int = 0
    """Stored answers to requests that are not in the run."""


class OriginEntry(Part):
    """A server that gave answers, see `lawbound.evals.folder.origins`."""

    model: Word
    revision: str
    spec: Word
    answered_as: dict[Word, Annotated[int, Field(strict=True, ge=1, le=MOST_COUNTED)]] = {}
    """Name that the server gave its model -> number of answers under that name."""


class JudgeEntry(Part):
    """A judge, and what happened to its requests when it was last asked."""

    model: Word
    fingerprint: dict[str, str] | None = None
    unreachable: str | None = None
    """Why it could not be opened; the counts are then those of its stored replies, if any can be told to be its."""
    read: int = 0
    """Questions that it was to read."""
    failed: int = 0
    stale: int = 0
    requests: int = 0
    unanswered: int = 0
    unreadable: int = 0
    unreadable_because: dict[str, int] = {}
    """Reason -> number of answers; empty if written by a version that did not record reasons."""
    undecided: int = 0
    prompt_tokens: int | None = None
    """This and the next count are None if nobody counted."""
    completion_tokens: int | None = None
    last_error: str = ""
    unreadable_reply: str | None = None
    """The end of one of the replies that could not be read."""
    canaries_failed: int = 0


class AgreementEntry(Part):
    """How far two judges of a panel agree, see `lawbound.evals.judging.judge_agreement`."""

    judges: tuple[str, ...]
    both: int
    same: int
    same_outcome: int | None = None
    """None if written by a version that did not count it."""
    kappa: float | None


def _as_given(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    """Equality of values and types: the digest of a question distinguishes 1 from 1.0."""
    number = check(value)
    return value if isinstance(value, int) else number


@dataclass(frozen=True, slots=True)
class PanelCounts:
    """Counts over the answers that a panel has decided on; `PanelEntry` has fields of these names."""

    asked: int
    shortened: int
    fates_known: bool
    no_class: int | None = None
    """This and the following counts are None if some fate is not known."""
    unanswered: int | None = None
    unreadable: int | None = None
    undecided: int | None = None
    split: int | None = None
    disagreed: int | None = None


class PanelEntry(Part):
    """Who judged, and what happened to the answers that they were to read."""

    models: tuple[str, ...]
    mode: JudgeMode
    unsure: Annotated[float, Field(ge=0, le=1), WrapValidator(_as_given)] = UNSURE
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    form: str = ""
    """Digest of how the judges are asked and read."""
    asked: int = 0
    shortened: int = 0
    fates_known: bool = True
    """Whether the counts from `no_class` to `disagreed` cover exactly the answers in `asked`."""
    no_class: int = 0
    unanswered: int = 0
    unreadable: int = 0
    undecided: int = 0
    split: int = 0
    disagreed: int = 0
    unread: int = 0
    """Answers that the panel was to read but did not, as they came later; the offline grader read them."""
    agreement: tuple[AgreementEntry, ...] = ()
    last_pass: tuple[JudgeEntry, ...] = ()

    def judged(
        self, form: str, unread: int, agreement: tuple[AgreementEntry, ...], counts: PanelCounts
    ) -> PanelEntry:
        """The record of what the panel has said of the present answers; counts that are not known
        stay as they were."""
        found: dict[str, object] = {
            "unsure": self.unsure,  # older versions did not write all of these
            "max_tokens": self.max_tokens,
            "form": form,
            "unread": unread,
            "agreement": agreement,
        }
        known = {name: count for name, count in asdict(counts).items() if count is not None}
        return self.model_copy(update=found | known)


_Digest = Annotated[str, Field(pattern=rf"^[0-9a-f]{{{DIGITS}}}$")]
_Name = Annotated[str, Field(pattern=NAMES, max_length=400)]


class RunRecord(Part):
    """The content of ``run.yaml``. Fields are in the order in which they are written."""

    lawbound: str = ""
    """The version that asked, or a note that the answers were imported."""
    written: str = ""
    spec: dict[str, Any] = {}
    """What the user asked for; for a run, the fields of `lawbound.evals.run_spec.RunSpec`."""
    seed: Annotated[int, Field(ge=0)]
    suite: SuiteEntry
    bank: str | None = None
    """Digest of the bank from which items were drawn."""
    policies: Annotated[tuple[PolicyEntry, ...], Field(min_length=1)]
    settings: dict[str, Any] | None = None
    """Generation settings: those of `lawbound.runners.sample.Settings`; for lm-eval's logs also ``others``."""
    untold: str = ""
    """What lm-eval's logs do not record."""
    models: Annotated[tuple[ModelEntry, ...], Field(min_length=1)]
    versions: dict[str, str] = {}
    asked_as: tuple[OriginEntry, ...] = ()
    """The servers that gave answers; see `tells_origins`."""
    digests: dict[_Name, tuple[_Digest, ...]] = {}
    """File -> digests that it may have, see `lawbound.evals.folder.digests`; empty in folders from before they were kept."""
    judge: PanelEntry | None = None
    """None if only the offline grader has read the answers."""
    scorer_version: str | None = None
    """Given with a panel; None if only the offline grader has read the answers."""

    @property
    def tells_origins(self) -> bool:
        """Whether `asked_as` was written; if not, an empty one says nothing about who answered."""
        return "asked_as" in self.model_fields_set

    def content(self) -> dict[str, Any]:
        """The record as it is written: under the names used in the file, and only the fields
        given."""
        return {name: value for name, value in super().content().items() if value is not None}

    def with_results(self, results: Mapping[str, str]) -> RunRecord:
        """The record of a run that has been concluded. The digests of what was asked stay.

        Args:
            results: Name of a concluded file -> its digest.
        """
        asked = {name: known for name, known in self.digests.items() if name not in RESULTS}
        found = asked | {name: (digest,) for name, digest in results.items()}
        return self.model_copy(update={"digests": found})

    def without_results(self) -> RunRecord:
        """The record of a run that is about to be concluded anew: until it is, no result in the folder is valid."""
        found = self.with_results({}).digests | dict.fromkeys(RESULTS, ())
        return self.model_copy(update={"digests": found})

    def judged_by(self, panel: PanelEntry | None, version: str | None) -> RunRecord:
        """The record of a run that has been judged.

        Args:
            panel: Who judged; None if only the offline grader did.
            version: Version of the scorer, given with a panel.
        """
        return self.model_copy(update={"judge": panel, "scorer_version": version})


def names_in(value: Any) -> tuple[str, ...]:
    """The strings in a list of unchecked content; empty if it is not a list."""
    names = value if isinstance(value, list | tuple) else ()
    return tuple(name for name in names if isinstance(name, str))


def read_record(data: Any, path: Path) -> RunRecord:
    """The record in a parsed ``run.yaml``.

    Raises:
        FolderError: At the first fault; no run wrote such a file.
    """
    try:
        run = parse(data, RunRecord, str(path), FolderError)
    except FolderError as fault:
        wrote = data.get("lawbound") if isinstance(data, dict) else None
        if isinstance(wrote, str) and is_newer(wrote, ours := installed("lawbound")):
            raise FolderError(
                f"{fault} (it is of Lawbound {quoted(wrote)}, and this is {ours}: upgrade Lawbound)"
            ) from fault
        raise
    for part, names in (
        ("models", [entry.model for entry in run.models]),
        ("policies", [entry.id for entry in run.policies]),
    ):
        twice = next((name for name, count in Counter(names).items() if count > 1), None)
        if twice is not None:
            raise FolderError(f"{path}: {part}: found {quoted(twice)} twice, expected each once")
    return run
