"""Reading JSON whose outer object may give a column twice: Python's reader takes the last of two in silence."""

import json
from collections.abc import Sequence
from typing import Any


class Loader:
    """Parse JSON, and tell which relevant column an outer object gives twice; others are not checked."""

    def __init__(self, relevant: Sequence[str]) -> None:
        """Check these columns."""
        self._relevant = relevant
        self.twice = ""
        """The column that the last outer object gave twice; empty if none."""
        self._outer: list[tuple[str, Any]] = []
        self._decoder = json.JSONDecoder(object_pairs_hook=self._keep)

    def load(self, text: str) -> Any:
        """Parse like `json.loads`, without a new decoder each time.

        Raises:
            ValueError: It is no JSON.
        """
        self._outer, self.twice = [], ""
        found = self._decoder.decode(text)
        if isinstance(found, dict) and len(found) < len(self._outer):
            names = [name for name, _ in self._outer]
            self.twice = next((name for name in self._relevant if names.count(name) > 1), "")
        return found

    def _keep(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        self._outer = pairs  # the outer object is completed last
        return dict(pairs)
