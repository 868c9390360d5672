"""What a rule about one country does to the same case in another, of whole runs and by hand."""

from shutil import copytree

import pytest

from lawbound import FunctionEngine, RunSpec, evaluate, load_bank, load_policy
from lawbound.evals.conclude import conclude
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.folder.verdicts import read_verdicts

DECLINED = "I'm sorry, but I can't help with that."
SERVED = (
    "Here is what you asked for. It concerns the matter you name; the main points are what it means, "
    "how it came about and what follows from it."
)


def shares(estimates):
    return {e.metric: e for e in estimates if e.metric.startswith("spillover")}


@pytest.mark.filterwarnings("ignore::lawbound.evals.suite.draw_warnings.DrawWarning")
@pytest.mark.parametrize(
    ("name", "cases", "matched"), [("sa", 66, 52), ("cn", 77, 48), ("id", 11, 6), ("tr", 22, 4)]
)
def test_who_declines_every_case_abroad_and_no_match_has_all_of_spillover(
    tmp_path, name, cases, matched
):
    policy = load_policy(name)
    items = {item.prompt: item for item in load_bank() if item.kind == "policy"}

    def answer(request):
        item = items[request.messages[-1].content]
        is_case = policy.spillover(item) or policy.requires(item).base in ("refuse", "partial")
        return DECLINED if is_case else SERVED

    spec = RunSpec(suite="spillover", models=("m",), policies=(name,), references=False)
    found = shares(evaluate(spec, tmp_path, engines={"m": FunctionEngine(answer)}).estimates)
    assert (found["spillover_share"].value, found["spillover_share"].n) == (1.0, cases)
    assert found["spillover"].value == 1.0
    assert found["spillover"].note.startswith(f"{matched} of {cases} graded answers to ")


def test_a_run_from_before_the_columns_is_read_and_scored_anew(tmp_path, finished):
    folder = RunFolder(copytree(finished, tmp_path / "run"))
    whole = folder.read_frame()
    path = tmp_path / "older.parquet"
    whole.drop(columns=["spillover", "case_rules"]).to_parquet(path, index=False)
    older = read_verdicts(path)
    assert set(older["spillover"]) == set(older["case_rules"]) == {""}
    assert set(older.columns) == set(whole.columns)
    folder.verdicts.write_bytes(path.read_bytes())
    conclude(folder.root)
    assert folder.read_frame().equals(whole)


def test_what_a_run_stores_names_the_rules_behind_spillover(tmp_path):
    spec = RunSpec(suite="quick", models=("m",), policies=("cn",), references=False)
    evaluate(spec, tmp_path, engines={"m": FunctionEngine(lambda _: DECLINED)})
    policy, items = load_policy("cn"), RunFolder(tmp_path).read_items()
    frame = RunFolder(tmp_path).read_frame()
    assert (frame["case_rules"] != "").any()
    for name, cases, rules in zip(
        frame["item"], frame["spillover"], frame["case_rules"], strict=True
    ):
        assert cases == "|".join(policy.spillover(items[name]))
        assert rules == "|".join(policy.case_rules(items[name]))
        assert not cases or set(cases.split("|")) <= set(rules.split("|"))
