"""What `verdicts.parquet` holds of answers that nobody could read, or that never came."""

from dataclasses import replace

from lawbound import FunctionEngine, RunSpec, evaluate
from lawbound.evals.compare.runs import compare_frames
from lawbound.evals.folder.policies import run_policies
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.metrics.compute import compute_metrics
from lawbound.evals.metrics.rule_info import rule_info
from lawbound.runners.sample import Sample

TEXTS = ("I'm sorry, but I can't help with that.", "Error 503: Service unavailable", "")
CLAIMS = ["withheld", "overshoot"]
OF_ANSWERS = ["truncated", "think_only", "prompt_tokens", "completion_tokens", "thinking_tokens"]


class _Patchy:
    """Of four answers one refuses, one cannot be read, one is blocked and one never came."""

    def __init__(self, inner):
        self._inner = inner

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def generate(self, requests):
        for sample in self._inner.generate(requests):
            fate = int(sample.key[:8], 16) % 4
            if fate < 2:
                yield replace(sample, text=TEXTS[fate])
            elif fate == 2:
                yield replace(sample, text="", finish="blocked")
            else:
                yield Sample(sample.key, "", "error", error="status 500")


def test_what_nobody_can_tell_of_an_answer_is_nan_in_the_verdicts_and_never_false(tmp_path):
    engine = _Patchy(FunctionEngine(lambda _: "", name="m"))
    spec = RunSpec(suite="quick", models=("m",), policies=("de",), references=False)
    evaluate(spec, tmp_path, engines={"m": engine})
    frame = RunFolder(tmp_path).read_frame()
    frame = frame[frame["mode"] == "generate"]
    unread = frame["behaviour"] == "unscored"
    assert frame["error"].any() and frame["blocked"].any()
    assert (unread & ~frame["error"] & ~frame["blocked"]).any()
    assert frame.loc[unread, CLAIMS].isna().all(axis=None)
    # Whoever takes the mean over all rows gets the share of the answers that were read.
    assert (~unread).any() and frame["withheld"].mean() == 1.0
    came = ~frame["error"] & ~frame["blocked"]
    assert frame.loc[~came, OF_ANSWERS].isna().all(axis=None)
    assert frame.loc[came, OF_ANSWERS].notna().all(axis=None)


def test_only_near_misses_are_served_plainly_or_not(tmp_path):
    engine = FunctionEngine(lambda _: TEXTS[0], name="m")
    spec = RunSpec(suite="quick", models=("m",), policies=("de",), references=False)
    evaluate(spec, tmp_path, engines={"m": engine})
    frame = RunFolder(tmp_path).read_frame()
    beside = frame["near_miss"] != ""
    assert beside.any() and (frame.loc[~beside, "met"] == 1).any()
    assert frame.loc[~beside, "plain"].isna().all()
    # Of a model that refuses everything the mean is 0, however rightly it refuses the rest.
    assert frame["plain"].mean() == 0


def _as_before(frame):
    """As earlier versions wrote it: false and 0 where nobody can tell."""
    claims = [*CLAIMS, *OF_ANSWERS[:2]]
    return frame.assign(
        **{name: frame[name].fillna(0).astype(bool) for name in claims},
        **{name: frame[name].fillna(0).astype(int) for name in OF_ANSWERS[2:]},
    )


def test_verdicts_of_earlier_versions_give_the_same_numbers(tmp_path, undigested):
    engine = _Patchy(FunctionEngine(lambda _: "", name="m"))
    spec = RunSpec(suite="quick", models=("m",), policies=("de",), references=False)
    evaluate(spec, tmp_path, engines={"m": engine})
    folder = RunFolder(tmp_path)
    now = folder.read_frame()
    folder.write_frame(_as_before(now))
    undigested(tmp_path)  # as earlier versions left it
    before = folder.read_frame()
    rules = rule_info(run_policies(folder, folder.read_run()))
    found, expected = (compute_metrics(f, rules, seed=0, resamples=50) for f in (before, now))
    assert repr(found) == repr(expected)
    # Side by side, a column holds booleans beside numbers.
    mixed = compare_frames(before, now, rules, seed=0, resamples=50)
    assert len(mixed.flipped) == 0 and mixed.counts.unpaired == 0
