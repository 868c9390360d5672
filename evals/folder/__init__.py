"""The run folder: what a run writes to disk, and the checks before it is believed."""
