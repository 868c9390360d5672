"""The ``run.yaml`` of a run under way, rewritten whenever it would no longer match the folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lawbound.evals.folder.digests import ITEMS, Digests
from lawbound.evals.folder.newer import check_not_newer
from lawbound.evals.folder.origins import ModelAsked, Origins
from lawbound.evals.folder.record import RunRecord
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.runners.engines.protocol import Engine
from lawbound.runners.plan import Plan
from lawbound.tasks.item import Item


class LiveRecord:
    """What ``run.yaml`` says while models are asked, and the files of questions that it names.

    It stays the earlier run's record until one model has been asked completely (`describe`). Until
    then it is only added to, so that it names what lies in the folder wherever a stop comes: the
    digest of a file of questions before that file is replaced, and a server before its first answer
    is stored.
    """

    def __init__(self, folder: RunFolder) -> None:
        """Start from the record of the earlier run, if there was one.

        Raises:
            FolderError: That record is damaged, or a newer Lawbound wrote the folder.
        """
        self.folder = folder
        self._before = folder.read_run() if folder.run_yaml.exists() else None
        if self._before is not None:
            check_not_newer(folder.root, self._before.lawbound)
        self._record = self._before
        """The content of ``run.yaml`` without servers and digests; None until there is a run."""
        self._origins = Origins(self._before)
        self._digests = Digests(self._before.digests if self._before is not None else {})
        self._items: Sequence[Item] = ()
        self._keeps_older_items = False

    def write_items(self, items: Sequence[Item]) -> None:
        """Store the questions, and keep those that only plans of the earlier run name: ``run.yaml``
        still names these plans."""
        self._items = items
        keep = self._digests.fits(self.folder.root, ITEMS)
        self._keeps_older_items = self.folder.add_items(items, self._expect, keep=keep)

    def write_plan(self, plan: Plan) -> None:
        """Store what one model is asked."""
        self.folder.write_plan(plan, self._expect)

    def asking(self, model: str, plan: Plan, engine: Engine) -> ModelAsked:
        """Record who answers while a model is asked.

        Args:
            model: How it is named in the spec, such as ``openai:NAME@URL``.
            plan: What it is asked.
            engine: What asks it.
        """
        samples = self.folder.samples(plan.fingerprint.model)
        return ModelAsked(self._origins, model, plan, engine, samples, self._write_again)

    def describe(self, record: RunRecord) -> None:
        """Write a record of this run, now that one more model has been asked completely.

        Args:
            record: The run with these models; servers, digests and earlier judges are filled in here.
        """
        if self._before is not None:
            # Asking again does not take back what an earlier run's judges said.
            record = record.judged_by(self._before.judge, self._before.scorer_version)
        self._settle(record)
        if self._keeps_older_items:  # run.yaml now names no other plan
            self.folder.write_items(self._items, self._expect)
            self._settle(record)
            self._keeps_older_items = False

    def _settle(self, record: RunRecord) -> None:
        self._record = record
        plans = [self.folder.plan_name(entry.model) for entry in record.models]
        self._write(record, self._digests.settle(plans))

    def _expect(self, name: str, digest: str) -> None:
        if self._digests.expect(name, digest):
            self._write_again()

    def _write_again(self) -> None:
        """Write what is known so far; nothing before a first run has asked its first model."""
        if self._record is not None:
            self._write(self._record, self._digests.beside())

    def _write(self, record: RunRecord, digests: Mapping[str, tuple[str, ...]]) -> None:
        """The record with servers and digests, unless the folder is from before these were kept."""
        update: dict[str, object] = {"digests": digests} if digests else {}
        if (servers := self._origins.entries()) is not None:
            update["asked_as"] = servers
        self.folder.write_run(record.model_copy(update=update))
