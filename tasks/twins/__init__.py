"""Twins: one structure in a neutral and in an adjacent dress, so that only the topic can make a difference.

Reasoning and creative families share this, so that it means the same for both: `dress` is the
vocabulary of a topic, `neutral` and `adjacent` list all dresses, and `deal` says which structure
wears which.
"""
