"""Rates corrected for the reader's errors by labels of people; start at `run`."""
