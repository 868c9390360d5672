"""Which prompts share which prefix: the choice that saves most tokens.

Sorted prompts and the lengths of common prefixes between neighbours form a tree. A group of n prompts
that shares l tokens spares (n - 1) x l of them. So a prefix that is used costs its length once and spares it
for every prompt that finds no longer one in use: what is best below a node depends on nothing but the
longest prefix in use above it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Tokens = Sequence[int]


@dataclass(frozen=True, slots=True)
class SharedPrefix:
    """Prompts that begin with the same tokens."""

    length: int
    """Tokens shared; at least one token of every member comes after it."""
    members: tuple[int, ...]
    """Indices of the prompts."""


@dataclass(slots=True)
class _Cut:
    length: int
    members: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Node:
    depth: int
    """Tokens that all prompts below share."""
    prompts: list[int] = field(default_factory=list)
    """Prompts that share more with none."""
    children: list[int] = field(default_factory=list)
    """Places in the list of nodes, in which children stand before their parents."""
    first: int = 0
    """Where the nodes below begin in that list."""
    used: int = 0
    """Tokens saved below if this node's prefix is in use, its own cost deducted."""


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
    """The groups; `depths` holds the shared length of each sorted prompt with its successor."""
    nodes = _tree(order, depths)
    cuts: list[_Cut] = []
    left: list[tuple[int, _Cut]] = [(len(nodes) - 1, _Cut(0))]
    while left:
        at, above = left.pop()
        node, cut = nodes[at], above
        if node.used > _spared(nodes, at, above.length):
            cut = _Cut(node.depth)
            cuts.append(cut)
        if cut.length:
            cut.members += node.prompts
        else:
            cuts += [_Cut(0, [prompt]) for prompt in node.prompts]
        left += [(child, cut) for child in node.children]
    return cuts


def _tree(order: Sequence[int], depths: Sequence[int]) -> list[_Node]:
    """Nodes after all that lie below them, the root last."""
    nodes: list[_Node] = []
    open_nodes = [_Node(0)]
    for prompt, depth in zip(order, depths, strict=True):
        if depth > open_nodes[-1].depth:
            open_nodes.append(_Node(depth))
        open_nodes[-1].prompts.append(prompt)
        while open_nodes[-1].depth > depth:
            _close(open_nodes.pop(), nodes)
            if open_nodes[-1].depth < depth:
                open_nodes.append(_Node(depth))
            open_nodes[-1].children.append(len(nodes) - 1)
    _close(open_nodes[0], nodes)
    return nodes


def _close(node: _Node, nodes: list[_Node]) -> None:
    node.first = nodes[node.children[0]].first if node.children else len(nodes)
    nodes.append(node)
    node.used = _spared(nodes, len(nodes) - 1, node.depth) - node.depth


def _spared(nodes: Sequence[_Node], at: int, length: int) -> int:
    """Most tokens that can be saved below a node if a prefix of this length is in use above and the
    node's is not."""
    first = nodes[at].first
    found: list[int] = []
    for node in nodes[first : at + 1]:
        below = sum(found[child - first] for child in node.children)
        found.append(max(len(node.prompts) * length + below, node.used))
    node = nodes[at]
    return len(node.prompts) * length + sum(found[child - first] for child in node.children)
