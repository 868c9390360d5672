"""Two runs side by side, answer by answer; start at `runs`."""
