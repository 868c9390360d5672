"""Policies: what they may say, how they are read, checked and compared. Their texts lie in ``policies/``."""
