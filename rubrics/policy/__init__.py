"""Policies: what they may say, and how they are read, checked and compared. The shipped ones are in ``policies/``."""
