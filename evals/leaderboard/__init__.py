"""The tables that a run leaves: their columns, ranks, and many boards as one."""
