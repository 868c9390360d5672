"""Models of our own, without weights: baselines that deserve no credit, and models that know the answer."""

PREFIX = "reference:"
"""The beginning of every reference model's name."""


def is_reference(model: str) -> bool:
    """Whether a model's name is that of a reference model."""
    return model.startswith(PREFIX)
