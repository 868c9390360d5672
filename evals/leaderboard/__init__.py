"""The tables that a run writes: their rows, ranks, and merging of several boards."""
