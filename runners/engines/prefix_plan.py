"""Which prompts share which prefix: the choice that spares most tokens.

Sorted prompts and the lengths of common prefixes between neighbours form a tree. A group of n prompts
that shares l tokens spares (n - 1) x l of them. From the leaves up, each group below a node either
stays as it is or joins the node's own group, which shares fewer tokens among more prompts:
whichever spares more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Tokens = Sequence[int]


@dataclass(frozen=True, slots=True)
class SharedPrefix:
    """Prompts that begin with the same tokens."""

    length: int
    """Tokens shared; at least one token of every member comes after it."""
    members: tuple[int, ...]
    """Indices of the prompts."""


@dataclass(frozen=True, slots=True)
class _Cut:
    length: int
    members: list[int]

    def joins(self, depth: int) -> bool:
        """Sharing `depth` tokens with a larger group spares more than staying apart."""
        return len(self.members) * depth > (len(self.members) - 1) * self.length


@dataclass(slots=True)
class _Node:
    depth: int
    cuts: list[_Cut]


def share_prefixes(prompts: Sequence[Tokens]) -> tuple[SharedPrefix, ...]:
    """Group prompts; every prompt is in exactly one group, groups in the order of their first member."""
    if not prompts:
        return ()
    order = sorted(range(len(prompts)), key=lambda index: list(prompts[index]))
    depths = [common_length(prompts[left], prompts[right]) for left, right in pairwise(order)]
    groups = [
        SharedPrefix(cut.length if len(cut.members) > 1 else 0, tuple(sorted(cut.members)))
        for cut in _best_cuts(order, [*depths, 0])
    ]
    return tuple(sorted(groups, key=lambda group: group.members[0]))


def common_length(left: Tokens, right: Tokens) -> int:
    """Length of the common prefix that leaves each of the two at least one token."""
    low, high = 0, max(min(len(left), len(right)) - 1, 0)
    while low < high:
        middle = (low + high + 1) // 2
        if list(left[low:middle]) == list(right[low:middle]):
            low = middle
        else:
            high = middle - 1
    return low


def _best_cuts(order: Sequence[int], depths: Sequence[int]) -> list[_Cut]:
    """Walk the sorted prompts; `depths` holds the shared length of each with its successor."""
    open_nodes: list[_Node] = [_Node(0, [])]
    for prompt, depth in zip(order, depths, strict=True):
        cuts = [_Cut(0, [prompt])]
        if depth > open_nodes[-1].depth:
            open_nodes.append(_Node(depth, cuts))
            continue
        open_nodes[-1].cuts.extend(cuts)
        while open_nodes[-1].depth > depth:
            closed = _close(open_nodes.pop())
            if open_nodes[-1].depth < depth:
                open_nodes.append(_Node(depth, []))
            open_nodes[-1].cuts.extend(closed)
    return _close(open_nodes[0])


def _close(node: _Node) -> list[_Cut]:
    joined = [cut for cut in node.cuts if cut.joins(node.depth)]
    members = [member for cut in joined for member in cut.members]
    if node.depth == 0 or len(members) < 2:
        return node.cuts
    apart = [cut for cut in node.cuts if not cut.joins(node.depth)]
    # The joined group pays for its own prefix once; leaving all apart may still spare more.
    spared = (len(members) - 1) * node.depth
    if spared <= sum((len(cut.members) - 1) * cut.length for cut in joined):
        return node.cuts
    return [*apart, _Cut(node.depth, members)]
