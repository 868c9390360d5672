"""Character n-grams as rows of a table: hashed, so that no vocabulary is shipped, and summed for many texts at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

BITS: Final = 18
"""log2 of the rows that the hashes tell apart."""
SIZES: Final = (3, 4)
"""Lengths of n-grams; shorter ones add nothing."""
_STEP: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX: Final = np.uint64(0xBF58476D1CE4E5B9)
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Runs:
    """Row indices into a table, grouped by text."""

    places: Whole
    start: Whole
    """Where each group starts, and the end of the last."""

    @property
    def sizes(self) -> Whole:
        """Number of rows of each group."""
        return np.diff(self.start)

    @property
    def owner(self) -> Whole:
        """The group of each row."""
        return np.repeat(np.arange(len(self.start) - 1), self.sizes)

    def of(self, chosen: Whole) -> "Runs":
        """The chosen groups, in the order given."""
        inside, start = within(self.start, chosen)
        return Runs(self.places[inside], start)

    def sums(self, table: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Shape (groups, columns): the sum of each group's rows. Exact for whole numbers, as long as a sum stays below
        2 to the 24th: then its order does not matter."""
        from scipy.sparse import csr_matrix

        ones = np.ones(len(self.places), np.float32)
        shape = (len(self.start) - 1, len(table))
        summed: Any = csr_matrix((ones, self.places, self.start), shape=shape) @ table
        return np.asarray(summed)


def within(start: Whole, chosen: Whole) -> tuple[Whole, Whole]:
    """Indices of the parts that belong to the chosen groups, and where each group starts among them, with the end."""
    size = np.diff(start)[chosen]
    first = np.concatenate([[0], np.cumsum(size)])
    return np.arange(first[-1]) + np.repeat(start[chosen] - first[:-1], size), first


def ngrams(bodies: Sequence[str], sizes: Sequence[int] = SIZES) -> list[Runs]:
    """Hashed character n-grams of each size, repeated ones included, none across texts."""
    framed = [f"\n{body}\n" for body in bodies]
    codes = np.frombuffer("".join(framed).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    codes = codes.astype(np.uint64)
    lengths = np.fromiter(map(len, framed), np.int64, len(framed))
    ends = np.cumsum(lengths)
    inside = np.ones(len(codes), bool)
    """Whether the n-gram that begins here ends in the same text."""
    found = []
    rolling = np.zeros(len(codes), np.uint64)
    for size in range(1, max(sizes) + 1):
        if size > 1:
            inside[ends - (size - 1)] = False
        # In place: each new array of this size would have to be asked of the system.
        last = codes[size - 1 :]
        rolling = rolling[: len(last)]
        rolling *= _STEP
        rolling += last
        if size not in sizes:
            continue
        mixed = rolling[inside[: len(rolling)]]
        mixed += np.uint64(size)
        mixed *= _STEP
        mixed ^= mixed >> np.uint64(29)
        mixed *= _MIX
        mixed >>= np.uint64(64 - BITS)
        counts = np.maximum(lengths - (size - 1), 0)
        start = np.concatenate([[0], np.cumsum(counts)])
        found.append(Runs(mixed.view(np.int64), start))
    return found
