"""Policies: what they may say, and how they are read, explained and compared. The shipped ones are in ``policies/``."""
