"""The tables that a run writes: their columns, ranks, and merging of several boards."""
