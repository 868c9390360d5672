"""Prompts are grouped so that the most tokens are spared."""

from hypothesis import example, given
from hypothesis import strategies as st

from lawbound.runners.engines.prefix.plan import SharedPrefix, common_length, share_prefixes


def test_prompts_of_two_policies_make_two_groups() -> None:
    head, policy, other = [1, 2], [3, 4, 5, 6], [7, 8, 9]
    prompts = [
        [*head, *policy, 20],
        [*head, *other, 20],
        [*head, *policy, 21, 22],
        [*head, *other, 23],
        [*head, *policy, 20, 24],
    ]
    assert share_prefixes(prompts) == (
        SharedPrefix(length=6, members=(0, 2, 4)),
        SharedPrefix(length=5, members=(1, 3)),
    )


def test_one_long_prefix_for_many_beats_longer_ones_for_few() -> None:
    policy = list(range(100))
    prompts = [[*policy, question, question, epoch] for question in (200, 201) for epoch in (1, 2)]
    # (4 - 1) x 100 spared, against 2 x 102.
    assert share_prefixes(prompts) == (SharedPrefix(length=100, members=(0, 1, 2, 3)),)


def test_equal_prompts_keep_a_token_of_their_own() -> None:
    assert share_prefixes([[5, 6, 7], [5, 6, 7]]) == (SharedPrefix(length=2, members=(0, 1)),)
    assert common_length([5, 6, 7], [5, 6, 7, 8]) == 2
    assert common_length([], [1]) == 0


def test_a_prompt_alone_shares_nothing() -> None:
    assert share_prefixes([[1, 2, 3]]) == (SharedPrefix(length=0, members=(0,)),)
    assert share_prefixes([]) == ()


@example([[0] * 3, [0] * 4, [0] * 6, [0] * 6])
@given(st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=7), max_size=7))
def test_grouping_is_sound_and_spares_as_much_as_any_cut_of_the_sorted_prompts(
    prompts: list[list[int]],
) -> None:
    groups = share_prefixes(prompts)
    assert sorted(i for group in groups for i in group.members) == list(range(len(prompts)))
    for group in groups:
        heads = {tuple(prompts[i][: group.length]) for i in group.members}
        assert len(heads) == 1
        assert all(len(prompts[i]) > group.length for i in group.members)
    spared = sum((len(group.members) - 1) * group.length for group in groups)
    assert spared >= _most_spared(sorted(prompts))


def _most_spared(prompts: list[list[int]]) -> int:
    """Every cut into neighbours, tried one after the other."""
    best = [0] * (len(prompts) + 1)
    for end in range(1, len(prompts) + 1):
        for start in range(end):
            shared = min(
                (common_length(prompts[i], prompts[i + 1]) for i in range(start, end - 1)),
                default=0,
            )
            best[end] = max(best[end], best[start] + (end - start - 1) * shared)
    return best[-1]
