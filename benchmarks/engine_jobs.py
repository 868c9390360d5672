"""What each engine does in a process of its own: load, write, choose, and count what it took."""

import resource
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

from engine_prompts import CHOICES, MAX_TOKENS, policy, questions
from roofline import measured_limits, roofline

if TYPE_CHECKING:
    from lawbound.runners.engines.local.engine import LocalEngine
    from lawbound.runners.sample import Sample


@dataclass(frozen=True, slots=True)
class _Tokens:
    """How many tokens one answer took."""

    read: int
    written: int


def measure(job: dict[str, Any]) -> dict[str, Any]:
    """Rates, texts and peak memory of the job's engine."""
    answer = _ENGINES[job["engine"]](job)
    answer["peak_mib"] = _peak_mib(job["device"])
    return answer


def _lawbound(job: dict[str, Any]) -> dict[str, Any]:
    from lawbound.runners.engines.local.engine import LocalEngine
    from lawbound.runners.sample import Message, Request, Settings

    engine = LocalEngine.load(
        job["model"], dtype=job["dtype"], device=job["device"], threads=job["threads"]
    )
    rules = policy(engine.count_tokens)

    def request(key: str, question: str, choices: tuple[str, ...] = ()) -> Request:
        chat = (Message("system", rules), Message("user", question))
        return Request(
            key, chat, engine.render(chat), Settings(max_tokens=MAX_TOKENS), choices=choices
        )

    asked = questions(job["items"])
    reading = 0.0
    if job["roofline"]:
        started = _now()
        short = [request(str(i), q) for i, q in enumerate(asked)]
        list(engine.generate([replace(r, settings=Settings(max_tokens=1)) for r in short]))
        reading = _since(started)[0]
        # The prefix was read as well and must be read again, as in a run.
        engine.forget_prefixes()
    started = _now()
    written = list(engine.generate([request(str(i), q) for i, q in enumerate(asked)]))
    spent = _since(started)
    started = _now()
    scored = list(engine.loglikelihood([request(str(i), q, CHOICES) for i, q in enumerate(asked)]))
    choosing = _since(started)
    _check(scored)
    tokens = _tokens(written)
    return {
        "texts": {sample.key: sample.text for sample in written},
        "generate": _rate(sum(one.written for one in tokens), spent, len(written)),
        "choices": _rate(len(scored), choosing, len(scored)),
        "prefix_tokens": engine.count_tokens(rules),
        "replayed": engine.replayed,
        "spared": _spared(tokens, engine.count_tokens(rules)),
        "roofline": _roofline(job, engine, tokens, reading, spent[0]) if reading else "",
    }


def _openvino(job: dict[str, Any]) -> dict[str, Any]:
    from lawbound.runners.engines.openvino_local import OpenVinoEngine
    from lawbound.runners.sample import Message, Request, Settings

    engine = OpenVinoEngine.load(job["model"], dtype=job["dtype"], device=job["device"])
    rules = policy(engine.count_tokens)
    requests = []
    started = _now()
    for number, question in enumerate(questions(job["items"])):
        chat = (Message("system", rules), Message("user", question))
        rendered = engine.render(chat)
        requests.append(Request(str(number), chat, rendered, Settings(max_tokens=MAX_TOKENS)))
    written = list(engine.generate(requests))
    spent = _since(started)
    return {
        "texts": {sample.key: sample.text for sample in written},
        "generate": _rate(sum(one.written for one in _tokens(written)), spent, len(written)),
    }


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
    rules = policy(lambda text: len(tokenizer.encode(text, add_special_tokens=False)))
    prompts = [
        lm.apply_chat_template(
            [{"role": "system", "content": rules}, {"role": "user", "content": question}]
        )
        for question in questions(job["items"])
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


def _roofline(
    job: dict[str, Any],
    engine: "LocalEngine",
    tokens: Sequence[_Tokens],
    reading: float,
    whole: float,
) -> str:
    """From a pass that only read the prompts, and one that read them and wrote."""
    from lawbound.runners.engines.memory import kv_bytes_per_token

    prefix = engine.count_tokens(policy(engine.count_tokens))
    answers = len(tokens)
    own = sum(one.read - prefix for one in tokens)
    # The first token of an answer comes from the pass that reads its prompt.
    decoded = sum(one.written for one in tokens) - answers
    parameters = sum(weights.numel() for weights in engine.model.parameters())
    return roofline(
        measured_limits(job["device"], job["dtype"]),
        {
            "parameters": parameters,
            "body": parameters - engine.model.get_input_embeddings().weight.numel(),
            "weight_bytes": parameters * next(engine.model.parameters()).element_size(),
            "kv_bytes": kv_bytes_per_token(engine.model),
            "prefix": prefix,
            "own": (own + decoded / 2) / answers,
            "together": min(answers, engine.slots_for(MAX_TOKENS + own // answers)),
            "prefilled": (prefix + own) / reading,
            "decoded": decoded / max(whole - reading, 1e-3),
        },
    )


def _spared(tokens: Sequence[_Tokens], prefix: int) -> float:
    """Tokens that pass through the model without a shared prefix, per token that does with one."""
    alone = sum(one.read + one.written for one in tokens)
    return alone / (alone - (len(tokens) - 1) * prefix)


def _tokens(samples: "Sequence[Sample]") -> list[_Tokens]:
    """Of each answer."""
    _check(samples)
    found = []
    for sample in samples:
        if sample.prompt_tokens is None or sample.completion_tokens is None:
            raise SystemExit(f"{sample.key}: tokens not counted, expected a count")
        found.append(_Tokens(sample.prompt_tokens, sample.completion_tokens))
    return found


def _check(samples: "Sequence[Sample]") -> None:
    """A rate over failed requests would say nothing of the engine."""
    failed = [sample.error for sample in samples if sample.error]
    if failed:
        raise SystemExit(f"{len(failed)} of {len(samples)} requests failed: {failed[0]}")


def _now() -> tuple[float, float]:
    return perf_counter(), process_time()


def _since(started: tuple[float, float]) -> tuple[float, float]:
    """Wall and processor seconds."""
    return perf_counter() - started[0], process_time() - started[1]


def _rate(count: int, spent: tuple[float, float], items: int) -> dict[str, float]:
    wall, cpu = spent
    return {"rate": count / wall, "cpu_rate": count / cpu, "seconds": wall, "items": items}


def _peak_mib(device: str) -> float:
    if device == "cpu":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    import torch

    return torch.cuda.max_memory_reserved(device) / 2**20


_ENGINES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "lawbound": _lawbound,
    "lm-eval": _lm_eval,
    "openvino": _openvino,
}
