"""Every family's answers are found again by a solver that reads nothing but the prompt."""

import logic_solvers
import number_solvers
import pytest

from lawbound.tasks.reasoning import FAMILIES, INSTRUCTION, LEVELS, generate

SOLVERS = logic_solvers.SOLVERS | number_solvers.SOLVERS


def test_there_are_twelve_families_and_each_has_a_solver() -> None:
    assert len(FAMILIES) >= 12
    assert set(SOLVERS) == set(FAMILIES)
    assert not set(logic_solvers.SOLVERS) & set(number_solvers.SOLVERS)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("family", SOLVERS)
def test_an_independent_solver_finds_the_answer_in_the_prompt(family: str, level: int) -> None:
    for seed in (0, 1, 2026):
        for item in generate([family], levels=[level], per_cell=3, seed=seed):
            assert item.answer is not None
            assert SOLVERS[family](item.prompt.removesuffix(INSTRUCTION)) == item.answer.value, (
                item.prompt
            )
