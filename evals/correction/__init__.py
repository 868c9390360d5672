"""Rates corrected for the judge's errors by labels of people; start at `run`."""
