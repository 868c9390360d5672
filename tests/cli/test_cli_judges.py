"""The options that name a panel of judges, as `lawbound run` and `score` take them."""

import pytest

from lawbound.runners.cli.options import judge_spec, split
from lawbound.runners.engines import ModelError


def test_a_panel_is_a_comma_list_unless_lm_evals_arguments_are_one() -> None:
    guard = "guard:shieldgemma:lm-eval:hf:pretrained=x,dtype=float32"
    spec = judge_spec(["smollm2, guard:llama-guard:smollm2", guard], "all")
    assert spec is not None
    assert spec.models == ("smollm2", "guard:llama-guard:smollm2", guard)


@pytest.mark.parametrize(
    "values",
    [
        ["lm-eval:hf:pretrained=hf/x,dtype=float32"],
        ["lm-eval:local-chat-completions:model=a:b,base_url=http://127.0.0.1:1/v1,smollm2=1"],
        ["lm-eval:dummy:", "smollm2"],
        ["lm-eval:dummy:x=1,,y", "hf:a"],
    ],
)
def test_what_follows_a_comma_of_lm_eval_is_an_argument_of_it(values: list[str]) -> None:
    assert split(values) == tuple(values)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("lm-eval:dummy:x=1,reference:coin", "model 'lm-eval:dummy': found 'reference:coin'"),
        ("lm-eval:dummy:, smollm2 ", "model 'lm-eval:dummy': found 'smollm2'"),
        ("lm-eval:hf:pretrained=x,hf:y", "model 'lm-eval:hf': found 'hf:y'"),
        ("lm-eval:hf:pretrained=x,lm-eval:hf:y=z", "model 'lm-eval:hf': found 'lm-eval:hf:y=z'"),
        (
            "guard:safeguard:lm-eval:hf:pretrained=x,guard:safeguard:hf:y",
            "model 'guard:safeguard:lm-eval:hf': found 'guard:safeguard:hf:y'",
        ),
        (
            "lm-eval:dummy:x=1,openai:a@http://u:s3cret@127.0.0.1/v1?deployment=b",
            "model 'lm-eval:dummy': found 'openai:a@http://[hidden]@127.0.0.1/v1?deployment=b'",
        ),
    ],
)
def test_a_model_behind_a_comma_of_lm_eval_is_not_taken_for_an_argument_of_it(
    value: str, told: str
) -> None:
    for asked in (lambda: split(["smollm2", value]), lambda: judge_spec([value], "all")):
        with pytest.raises(ModelError) as caught:
            asked()
        assert str(caught.value) == (
            f"{told} among its arguments, expected KEY=VALUE; repeat the option to name another model"
        )


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
