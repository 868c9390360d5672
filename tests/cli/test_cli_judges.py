"""The options that name a panel of judges, as `lawbound run` and `score` take them."""

import pytest

from lawbound.runners.cli.options import judge_spec
from lawbound.runners.engines import ModelError


def test_a_panel_is_a_comma_list_unless_lm_evals_arguments_are_one() -> None:
    guard = "guard:shieldgemma:lm-eval:hf:pretrained=x,dtype=float32"
    spec = judge_spec(["smollm2, guard:llama-guard:smollm2", guard], "all")
    assert spec is not None
    assert spec.models == ("smollm2", "guard:llama-guard:smollm2", guard)


def test_wrong_names_of_judges_are_refused_before_anything_is_asked() -> None:
    with pytest.raises(ModelError, match="judge mode 'some': expected hybrid or all"):
        judge_spec(["smollm2"], "some")
    with pytest.raises(ModelError, match="judge mode 'some': expected hybrid or all"):
        judge_spec(None, "some")
    with pytest.raises(ModelError, match="model 'gpt': unknown form"):
        judge_spec(["gpt"], "all")
    with pytest.raises(ModelError, match="device is 'tpu', expected auto"):
        judge_spec(["smollm2"], "all", device="tpu")
    with pytest.raises(ModelError, match="--batch-size: found no judge, expected --judge MODEL"):
        judge_spec(["none"], None, device=None, batch_size=4)


def test_the_room_of_a_judges_replies_needs_a_judge() -> None:
    spec = judge_spec(["smollm2"], "all", max_tokens=9000)
    assert spec is not None and spec.max_tokens == 9000
    with pytest.raises(ModelError, match="--judge-max-tokens: found no judge, expected --judge"):
        judge_spec(None, None, max_tokens=9000)


@pytest.mark.parametrize(
    ("judges", "mode", "told"),
    [
        ([""], None, "--judge: found no name, expected MODEL, guard:FAMILY:MODEL or none"),
        ([" , "], None, "--judge: found no name, expected MODEL, guard:FAMILY:MODEL or none"),
        (["none,smollm2"], None, "judge 'none': found 'smollm2' beside it, expected none alone"),
        (None, "all", "--judge-mode: found no judge, expected --judge MODEL beside it"),
        (["none"], "all", "--judge-mode: found no judge, expected --judge MODEL beside it"),
    ],
)
def test_a_panel_that_contradicts_itself_is_refused_in_one_line(
    judges: list[str] | None, mode: str | None, told: str
) -> None:
    with pytest.raises(ModelError) as caught:
        judge_spec(judges, mode)
    assert str(caught.value) == told
