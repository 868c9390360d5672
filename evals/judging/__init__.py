"""LLM judges and guard models inside a run; start at `panel`."""
