"""The local engine against lm-eval's `hf` on the same requests, side by side in one run.

    python benchmarks/engine.py                     # everything, at lm-eval's best of several batches
    python benchmarks/engine.py --baseline-items 16 --baseline-batches 8    # where time is short
    python benchmarks/engine.py --device cuda --random-params 8B --dtypes bfloat16    # and a roofline
    python benchmarks/engine.py --openvino FOLDER    # beside openvino-genai; FOLDER comes from
        # optimum-cli export openvino --model FOLDER_OF_THE_MODEL --task text-generation-with-past \
        #     --weight-format fp32 FOLDER

Each engine runs in a process of its own, which gives its peak memory. A rate of lm-eval on fewer
items stands for all: it shares nothing between items. Loading is not counted, tokenising is.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import page
from engine_jobs import measure
from engine_section import section
from roofline import parameter_count, random_model


def main() -> None:
    """Run every engine, print the ratios, write the section of the report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", help="folder or hub name; the embedded model where left out")
    parser.add_argument("--items", type=int, default=100)
    parser.add_argument("--baseline-items", type=int, default=100)
    parser.add_argument("--baseline-choice-items", type=int, help="as --baseline-items")
    parser.add_argument("--baseline-batches", default="4,8,16,32")
    parser.add_argument("--dtypes", default="float32,bfloat16")
    parser.add_argument("--threads", type=int, help="for both engines; all cores where left out")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--random-params", help="size of an untrained model, such as 1B or 8B")
    parser.add_argument("--openvino", help="the same model exported to OpenVINO, asked too")
    parser.add_argument("--no-report", action="store_true")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        job = json.loads(options.worker)
        Path(job["out"]).write_text(json.dumps(measure(job)), encoding="utf-8")
        return
    if options.model is None:
        from lawbound.runners.engines.local.smollm2 import ensure

        options.model = str(ensure())
    load_before = os.getloadavg()[0]
    name = "engine" if options.device == "cpu" else f"engine-{options.device}"
    name += f"-{options.random_params}" if options.random_params else ""
    for dtype in options.dtypes.split(","):
        with _untrained(options, dtype):
            text = section(options, dtype, _compare(options, dtype), load_before)
        page.say(text)
        if not options.no_report:
            page.write_section(f"{name}-{dtype}", text)


@contextlib.contextmanager
def _untrained(options: argparse.Namespace, dtype: str) -> Iterator[None]:
    """Inside, the model is a random one, if one is wanted."""
    if not options.random_params:
        yield
        return
    tokenizer_from = options.model
    with tempfile.TemporaryDirectory() as folder:
        wanted = parameter_count(options.random_params)
        random_model(wanted, tokenizer_from, Path(folder), dtype, options.device)
        options.model = folder
        yield
        options.model = tokenizer_from


def _compare(options: argparse.Namespace, dtype: str) -> list[dict[str, Any]]:
    ours = _run(options, {"engine": "lawbound", "dtype": dtype, "items": options.items})
    choice_items = options.baseline_choice_items or options.baseline_items
    theirs = [
        _run(
            options,
            {
                "engine": "lm-eval",
                "dtype": dtype,
                "items": min(options.baseline_items, options.items),
                "choice_items": min(choice_items, options.items),
                "batch": int(batch),
            },
        )
        for batch in options.baseline_batches.split(",")
    ]
    third = ""
    if options.openvino:
        job = {"engine": "openvino", "dtype": dtype, "items": options.items}
        third = _beside(_run(options, job), ours, theirs)
    rows = []
    for task in ("generate", "choices"):
        best = max(theirs, key=lambda result: float(result[task]["rate"]))
        same = [
            ours["texts"][key] == text for key, text in best["texts"].items() if task == "generate"
        ]
        rows.append(
            {
                "dtype": dtype,
                "task": task,
                "ours": ours[task]["rate"],
                "theirs": best[task]["rate"],
                "batch": best["batch"],
                "items": best[task]["items"],
                "ratio": ours[task]["rate"] / best[task]["rate"],
                "cpu_ratio": ours[task]["cpu_rate"] / best[task]["cpu_rate"],
                "our_cpu_rate": ours[task]["cpu_rate"],
                "our_peak": ours["peak_mib"],
                "their_peak": best["peak_mib"],
                "same": f"{sum(same)} of {len(same)}" if same else "",
                "prefix": ours["prefix_tokens"],
                "replayed": ours["replayed"],
                "spared": ours["spared"],
                "roofline": ours["roofline"],
                "openvino": third,
            }
        )
    return rows


def _beside(
    openvino: dict[str, Any], ours: dict[str, Any], theirs: Sequence[dict[str, Any]]
) -> str:
    """What openvino-genai made of the same requests, in a sentence."""
    rate = openvino["generate"]["rate"]
    baseline = max(float(result["generate"]["rate"]) for result in theirs)
    same = sum(ours["texts"][key] == text for key, text in openvino["texts"].items())
    return (
        f"openvino-genai {version('openvino-genai').rpartition('.')[0]} through Lawbound's "
        f"`openvino:` engine wrote {rate:.1f} tokens/s, {rate / ours['generate']['rate']:.2f} times "
        f"the local engine and {rate / baseline:.1f} times lm-eval, with {openvino['peak_mib']:.0f} MiB; "
        f"its text was the local engine's in {same} of {len(openvino['texts'])} answers."
    )


def _run(options: argparse.Namespace, job: dict[str, Any]) -> dict[str, Any]:
    model = options.openvino if job["engine"] == "openvino" else options.model
    job |= {"model": model, "threads": options.threads, "device": options.device}
    job["roofline"] = bool(options.random_params)
    page.say(f"... {job['engine']} {job['dtype']} {job.get('batch', '')}", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        job["out"] = str(Path(folder) / "out.json")
        subprocess.run([sys.executable, __file__, "--worker", json.dumps(job)], check=True)
        answer: dict[str, Any] = json.loads(Path(job["out"]).read_text(encoding="utf-8"))
    page.say(
        "    "
        + ", ".join(
            f"{task} {answer[task]['seconds']:.1f} s, {answer[task]['rate']:.2f}/s"
            for task in ("generate", "choices")
            if task in answer
        )
        + f", peak {answer['peak_mib']:.0f} MiB",
        file=sys.stderr,
    )
    return answer


if __name__ == "__main__":
    main()
