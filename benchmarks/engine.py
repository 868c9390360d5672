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
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

import page
from roofline import measured_limits, parameter_count, random_model, roofline

if TYPE_CHECKING:
    from lawbound.runners.engines.local.engine import LocalEngine
    from lawbound.runners.sample import Sample

MAX_TOKENS = 48
PREFIX_TOKENS = 639
BARS = {("float32", "generate"): 12, ("float32", "choices"): 40}
BARS |= {("bfloat16", "generate"): 10, ("bfloat16", "choices"): 25}
CHOICES = (
    " the second one follows from the first",
    " neither of them follows",
    " both follow from the record",
    " it cannot be told from this",
)


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
        workers = {"lawbound": _lawbound, "lm-eval": _lm_eval, "openvino": _openvino}
        answer = workers[job["engine"]](job)
        answer["peak_mib"] = _peak_mib(job["device"])
        Path(job["out"]).write_text(json.dumps(answer), encoding="utf-8")
        return
    if options.model is None:
        from lawbound.runners.engines.smollm2 import ensure

        options.model = str(ensure())
    load_before = os.getloadavg()[0]
    section = "engine" if options.device == "cpu" else f"engine-{options.device}"
    section += f"-{options.random_params}" if options.random_params else ""
    for dtype in options.dtypes.split(","):
        with _untrained(options, dtype):
            text = _report(options, dtype, _compare(options, dtype), load_before)
        page.say(text)
        if not options.no_report:
            page.write_section(f"{section}-{dtype}", text)


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


def _peak_mib(device: str) -> float:
    if device == "cpu":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    import torch

    return torch.cuda.max_memory_reserved(device) / 2**20


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


def _lawbound(job: dict[str, Any]) -> dict[str, Any]:
    from lawbound.runners.engines.local.engine import LocalEngine
    from lawbound.runners.sample import Message, Request, Settings

    engine = LocalEngine.load(
        job["model"], dtype=job["dtype"], device=job["device"], threads=job["threads"]
    )
    policy = _policy(engine.count_tokens)

    def request(key: str, question: str, choices: tuple[str, ...] = ()) -> Request:
        chat = (Message("system", policy), Message("user", question))
        return Request(
            key, chat, engine.render(chat), Settings(max_tokens=MAX_TOKENS), choices=choices
        )

    questions = _questions(job["items"])
    reading = 0.0
    if job["roofline"]:
        started = _now()
        short = [request(str(i), q) for i, q in enumerate(questions)]
        list(engine.generate([replace(r, settings=Settings(max_tokens=1)) for r in short]))
        reading = _since(started)[0]
        # The prefix was read as well and must be read again, as in a run.
        engine.forget_prefixes()
    started = _now()
    written = list(engine.generate([request(str(i), q) for i, q in enumerate(questions)]))
    spent = _since(started)
    started = _now()
    scored = list(
        engine.loglikelihood([request(str(i), q, CHOICES) for i, q in enumerate(questions)])
    )
    return {
        "texts": {sample.key: sample.text for sample in written},
        "generate": _rate(sum(s.completion_tokens for s in written), spent, len(written)),
        "choices": _rate(len(scored), _since(started), len(scored)),
        "prefix_tokens": engine.count_tokens(policy),
        "replayed": engine.replayed,
        "spared": _spared(written, engine.count_tokens(policy)),
        "roofline": _roofline(job, engine, written, reading, spent[0]) if reading else "",
    }


def _openvino(job: dict[str, Any]) -> dict[str, Any]:
    from lawbound.runners.engines.openvino_local import OpenVinoEngine
    from lawbound.runners.sample import Message, Request, Settings

    engine = OpenVinoEngine.load(job["model"], dtype=job["dtype"], device=job["device"])
    policy = _policy(engine.count_tokens)
    requests = []
    started = _now()
    for number, question in enumerate(_questions(job["items"])):
        chat = (Message("system", policy), Message("user", question))
        rendered = engine.render(chat)
        requests.append(Request(str(number), chat, rendered, Settings(max_tokens=MAX_TOKENS)))
    written = list(engine.generate(requests))
    return {
        "texts": {sample.key: sample.text for sample in written},
        "generate": _rate(sum(s.completion_tokens for s in written), _since(started), len(written)),
    }


def _roofline(
    job: dict[str, Any],
    engine: "LocalEngine",
    written: "Sequence[Sample]",
    reading: float,
    whole: float,
) -> str:
    """From a pass that only read the prompts, and one that read them and wrote."""
    from lawbound.runners.engines.memory import kv_bytes_per_token

    prefix = engine.count_tokens(_policy(engine.count_tokens))
    own = sum(sample.prompt_tokens - prefix for sample in written)
    tokens = sum(sample.completion_tokens for sample in written) - len(written)
    parameters = sum(weights.numel() for weights in engine.model.parameters())
    return roofline(
        measured_limits(job["device"], job["dtype"]),
        {
            "parameters": parameters,
            "body": parameters - engine.model.get_input_embeddings().weight.numel(),
            "weight_bytes": parameters * next(engine.model.parameters()).element_size(),
            "kv_bytes": kv_bytes_per_token(engine.model),
            "prefix": prefix,
            "own": (own + tokens / 2) / len(written),
            "together": min(len(written), engine.slots_for(MAX_TOKENS + own // len(written))),
            "prefilled": (prefix + own) / reading,
            "decoded": tokens / max(whole - reading, 1e-3),
        },
    )


def _spared(written: "Sequence[Sample]", prefix: int) -> float:
    """Tokens that pass through the model without a shared prefix, per token that does with one."""
    alone = sum(sample.prompt_tokens + sample.completion_tokens for sample in written)
    return alone / (alone - (len(written) - 1) * prefix)


def _lm_eval(job: dict[str, Any]) -> dict[str, Any]:
    import torch
    from lm_eval.api.instance import Instance
    from lm_eval.models.huggingface import HFLM

    if job["threads"]:
        torch.set_num_threads(job["threads"])
    lm = HFLM(
        pretrained=job["model"],
        dtype=job["dtype"],
        batch_size=job["batch"],
        device=job["device"],
    )
    tokenizer = lm.tokenizer
    policy = _policy(lambda text: len(tokenizer.encode(text, add_special_tokens=False)))
    prompts = [
        lm.apply_chat_template(
            [{"role": "system", "content": policy}, {"role": "user", "content": question}]
        )
        for question in _questions(job["items"])
    ]

    def instance(kind: str, number: int, arguments: tuple[Any, ...]) -> Instance:
        return Instance(request_type=kind, doc={}, arguments=arguments, idx=number)

    settings = {"until": [], "do_sample": False, "max_gen_toks": MAX_TOKENS}
    started = _now()
    texts = lm.generate_until(
        [
            instance("generate_until", i, (prompt, dict(settings)))
            for i, prompt in enumerate(prompts)
        ],
        disable_tqdm=True,
    )
    spent = _since(started)
    tokens = sum(
        min(len(tokenizer.encode(text, add_special_tokens=False)) + 1, MAX_TOKENS) for text in texts
    )
    scored = prompts[: job["choice_items"]]
    started = _now()
    lm.loglikelihood(
        [
            instance("loglikelihood", i, (prompt, choice))
            for i, prompt in enumerate(scored)
            for choice in CHOICES
        ],
        disable_tqdm=True,
    )
    return {
        "texts": {str(i): text for i, text in enumerate(texts)},
        "generate": _rate(tokens, spent, len(texts)),
        "choices": _rate(len(scored), _since(started), len(scored)),
        "batch": job["batch"],
    }


def _now() -> tuple[float, float]:
    return perf_counter(), process_time()


def _since(started: tuple[float, float]) -> tuple[float, float]:
    """Wall and processor seconds."""
    return perf_counter() - started[0], process_time() - started[1]


def _rate(count: int, spent: tuple[float, float], items: int) -> dict[str, float]:
    wall, cpu = spent
    return {"rate": count / wall, "cpu_rate": count / cpu, "seconds": wall, "items": items}


def _policy(count: Any) -> str:
    """House rules, as many as make the wanted number of tokens."""
    rng = random.Random(1)
    text = "You are the assistant of a public library. Follow these house rules."
    verbs = ("recommend", "reserve", "describe", "compare", "translate", "summarise")
    things = ("maps", "newspapers", "letters", "recordings", "photographs", "registers")
    places = ("reading room", "archive", "north hall", "annex", "children's corner")
    number = 1
    while count(text) < PREFIX_TOKENS - 20:
        text += (
            f" {number}. Do not {rng.choice(verbs)} {rng.choice(things)} of the "
            f"{rng.choice(places)} before {rng.randint(7, 11)} o'clock unless a librarian asks."
        )
        number += 1
    return text


def _questions(count: int) -> list[str]:
    rng = random.Random(2)
    subjects = ("rivers", "bread", "copper", "bees", "chess", "glass", "trains", "ink", "salt")
    frames = (
        "Explain in a few sentences how {a} changed the life of people who worked with {b}.",
        "A visitor asks what {a} and {b} have in common. What do you say, and why?",
        "Write a short note about {a} for a reader who only knows about {b}.",
        "Which came first in this town, {a} or {b}? Give your reasons step by step, please.",
    )
    found = []
    for number in range(count):
        first, second = rng.sample(subjects, 2)
        found.append(f"Visitor {number + 1}: " + rng.choice(frames).format(a=first, b=second))
    return found


def _report(
    options: argparse.Namespace, dtype: str, rows: list[dict[str, Any]], load: float
) -> str:
    lines = [
        f"## Local engine against lm-eval `hf`, {dtype}",
        "",
        f"{page.today()}; {page.processor()}, {os.cpu_count()} cores, "
        f"{_where(options)}; "
        + ", ".join(f"{name} {version(name)}" for name in ("torch", "transformers", "lm-eval"))
        + f". {options.items} generations of at most {MAX_TOKENS} tokens and {options.items} "
        f"four-way choices after a shared policy of {rows[0]['prefix']} tokens. Load average of "
        f"the machine before the run: {load:.1f}"
        + (
            " (others used it too: wall times are rough, processor times with one thread much less so)."
            if load > 0.5
            else "."
        ),
        "",
        "| dtype | task | Lawbound | lm-eval, best batch (items) | ratio | ratio by processor time | bar | peak MiB, ours "
        "/ theirs | same text |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    units = {"generate": "tokens/s", "choices": "items/s"}
    for row in rows:
        bar = BARS.get((row["dtype"], row["task"]))
        # On a busy machine either ratio may flatter; the smaller one counts.
        worst = min(row["ratio"], row["cpu_ratio"])
        met = f">= {bar}: {'met' if worst >= bar else 'missed'}" if bar else ""
        lines.append(
            f"| {row['dtype']} | {row['task']} | {row['ours']:.1f} {units[row['task']]} | "
            f"{row['theirs']:.2f}, batch {row['batch']} ({row['items']}) | {row['ratio']:.1f} | "
            f"{row['cpu_ratio']:.1f} | "
            f"{met} | {row['our_peak']:.0f} / {row['their_peak']:.0f} | {row['same']} |"
        )
    lines += [
        "",
        f"Asked again because of near-ties: {rows[0]['replayed']}. For generation, sharing the "
        f"prefix takes {rows[0]['spared']:.1f} times fewer tokens through the model: where "
        "arithmetic is the limit in both engines, no ratio can be far above.",
    ]
    if rows[0]["openvino"]:
        lines += ["", rows[0]["openvino"]]
    if rows[0]["roofline"]:
        lines += ["", rows[0]["roofline"]]
    lines += ["", page.command(FOLDER=options.openvino)]
    return "\n".join(lines)


def _where(options: argparse.Namespace) -> str:
    if options.device != "cpu":
        import torch

        return f"both on one {torch.cuda.get_device_name(options.device)}"
    if not options.threads:
        return "each engine's own choice of threads"
    return f"{options.threads} thread{'s' * (options.threads > 1)} for both"


if __name__ == "__main__":
    main()
