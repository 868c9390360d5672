"""Reading JSON whose outer object gives each column once: Python's reader takes the last of two in silence."""

import json
from collections.abc import Sequence
from typing import Any


class Loader:
    """Parse JSON whose outer object gives each relevant column once; others are not checked."""

    def __init__(self, relevant: Sequence[str]) -> None:
        """Check these columns."""
        self._relevant = relevant
        self._outer: list[tuple[str, Any]] = []
        self._decoder = json.JSONDecoder(object_pairs_hook=self._keep)

    def load(self, text: str) -> Any:
        """Parse like `json.loads`, without a new decoder each time.

        Raises:
            ValueError: It is no JSON, or gives a column twice.
        """
        self._outer = []
        found = self._decoder.decode(text)
        if isinstance(found, dict) and len(found) < len(self._outer):
            names = [name for name, _ in self._outer]
            twice = next((name for name in self._relevant if names.count(name) > 1), None)
            if twice is not None:
                raise ValueError(f"found {twice!r} twice, expected it once")
        return found

    def _keep(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        self._outer = pairs  # the outer object is completed last
        return dict(pairs)
