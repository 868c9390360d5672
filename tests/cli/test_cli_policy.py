"""What `lawbound policy show` prints of a policy's file."""

from collections.abc import Callable
from pathlib import Path

Command = Callable[..., tuple[int, str, str]]

TOWN = """\
id: town
name: Town
version: "1"
languages: [en]
summary: Rules of a town.
sources: []
rules: []
"""


def test_the_day_up_to_which_a_policys_facts_hold_is_shown(
    command: Command, tmp_path: Path
) -> None:
    file = tmp_path / "town.yaml"
    for more, told in (("", "Town (town 1)"), ('as_of: "2026-11"', "Town (town 1, as of 2026-11)")):
        file.write_text(TOWN + more, encoding="utf-8")
        _, out, err = command("policy", "show", file)
        assert out.startswith(f"{told}\n"), err


def test_risk_classes_of_an_instrument_are_shown_where_a_rule_names_some(command: Command) -> None:
    with_risks, without = (command("policy", "show", name)[1].splitlines() for name in ("cn", "de"))
    header, *rules = with_risks[3:]
    assert header.endswith("  risks")
    (secession,) = [line for line in rules if line.startswith("secession ")]
    assert secession.endswith("  A.1-c")
    assert without[3].split()[-1] == "source"


def test_a_prompt_that_does_not_exist_is_told_with_the_option_that_asked_for_it(
    command: Command,
) -> None:
    for option, value in (("--wording", "9"), ("--lang", "xx")):
        code, _, err = command("policy", "show", "cn", "--strength", "full", option, value)
        assert code == 2 and f" {option[2:]} is " in err and err.endswith(f" ({option})\n")
