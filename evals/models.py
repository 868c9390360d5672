"""Opening a model, in this process or on the workers of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from lawbound.rubrics.reference import PREFIX, is_reference
from lawbound.rubrics.reference.engine import ReferenceEngine
from lawbound.rubrics.reference.situation import Situations
from lawbound.runners.engines import (
    Engine,
    ModelError,
    check_name,
    check_options,
    label_of,
    open_engine,
)
from lawbound.runners.engines.kinds import is_server
from lawbound.tasks.io.limits import LONGEST_NAME

if TYPE_CHECKING:
    from lawbound.evals.run_spec import RunSpec
    from lawbound.runners.engines.cluster import Cluster


def check_model(model: str, spec: RunSpec) -> None:
    """Refuse an invalid model name, setting or place before anything is loaded.

    Raises:
        ModelError: The name, a setting or the place has no known form, or they do not fit together.
    """
    if is_reference(model):
        ReferenceEngine(model.removeprefix(PREFIX), {})
    else:
        check_name(model)
    check_options(spec.engine_options)
    if spec.on is None:
        if spec.workers is not None:
            raise ModelError(
                f"--workers {spec.workers}: found no cluster, expected --on ray beside it"
            )
        return
    from lawbound.runners.engines.cluster import check_place

    check_place(spec.on)
    if is_server(model):
        raise ModelError(
            f"model '{model}': a server answers, expected a model that workers can load: leave out "
            f"--on {spec.on}"
        )


def check_own(own: Collection[str], models: Collection[str]) -> None:
    """Refuse ready engines that nobody would ask.

    Raises:
        ModelError: An engine's key is no model of the spec, or is a reference model.
    """
    for name in own:
        if is_reference(name):
            raise ModelError(
                f"engines: '{name}' is a reference model, which answers by itself, expected another name"
            )
        if name not in models:
            raise ModelError(
                f"engines: '{name}' is no model of the spec, expected one of {', '.join(models)}"
            )


class ModelLabels:
    """The label of each model in a run. Two models with one label are refused, since their answers
    would be mixed."""

    def __init__(self, models: Collection[str], engines: Mapping[str, Engine]) -> None:
        """Reserve a model's label, from its engine or its name, before it is opened.

        Raises:
            ModelError: Two models have one label, or one has a forbidden label.
        """
        self._models: dict[str, str] = {}
        for model in models:
            if model in engines:
                self.take(model, engines[model].fingerprint().model)
            elif label := model if is_reference(model) else label_of(model):
                self.take(model, label)

    def take(self, model: str, label: str) -> None:
        """Reserve a label for a model.

        Raises:
            ModelError: Another model has it, it belongs to a reference model, or it is longer than
                a run's record may hold.
        """
        if len(label) > LONGEST_NAME:
            raise ModelError(
                f"model '{model:.60}': has a label of {len(label)} characters, expected at most "
                f"{LONGEST_NAME}"
            )
        if is_reference(label) and not is_reference(model):
            raise ModelError(
                f"model '{model:.60}': is labelled '{label:.60}', expected a label that does not begin with "
                f"'{PREFIX}', which is how reference models are told from real ones"
            )
        other = self._models.setdefault(label, model)
        if other != model:
            raise ModelError(
                f"model '{model}': is labelled '{label}' like model '{other}', expected labels that "
                "differ: give a FunctionEngine another name=, ask others in runs of their own, which "
                "`lawbound leaderboard --by-run` ranks together"
            )


@contextmanager
def joined_cluster(spec: RunSpec) -> Iterator[Cluster | None]:
    """The cluster that a spec names, joined for as long as the block runs; None means this process.

    Raises:
        ModelError: It cannot be joined.
    """
    if spec.on is None:
        yield None
        return
    from lawbound.runners.engines.cluster import joined

    with joined(spec.on, workers=spec.workers) as cluster:
        yield cluster


def open_model(
    model: str, spec: RunSpec, seed: int, found: Situations, cluster: Cluster | None = None
) -> Engine:
    """Open a real or a reference model, here or on a cluster.

    The suite's own reference models stay here: they take no time.

    Raises:
        ModelError: It cannot be loaded.
    """
    own = is_reference(model)
    options = spec.engine_options
    opener: Callable[[], Engine] = partial(open_engine, model, options)
    if own:
        name = model.removeprefix(PREFIX)
        opener = partial(ReferenceEngine, name, found, seed=seed)
    if cluster is None or model not in spec.models:
        return opener()
    from lawbound.runners.engines.cluster import ClusterEngine

    accelerators = 0 if own else cluster.needed(model, options.device)
    return ClusterEngine.open(cluster, opener, accelerators=accelerators)
