"""Runs that lm-eval makes: our arms as its documents, and its logs as our run folders."""
