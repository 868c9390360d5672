"""Rates corrected for the reader's errors by people's labels; start at `run`."""
