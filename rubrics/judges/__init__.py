"""LLM judges and guard models: what they are asked, and how their replies are read."""
