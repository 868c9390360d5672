"""Many machines asking at once: ordinary engines in the workers of a Ray cluster.

In reading order: `engine` (what a run sees), `joining` (the cluster, entered and left), `shards` (who asks
what), `worker` (what runs in each process), `crew` (workers started, watched and replaced), `pulse`
(whether the cluster is still there). Ray itself is imported when one is joined.
"""

from lawbound.runners.engines.cluster.engine import ClusterEngine
from lawbound.runners.engines.cluster.joining import Cluster, check_place, joined

__all__ = ["Cluster", "ClusterEngine", "check_place", "joined"]
