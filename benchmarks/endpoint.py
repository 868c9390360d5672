"""How many answers a second the endpoint engine takes from a server: ``python benchmarks/endpoint.py``

A local server in a process of its own answers everything after 50 ms; each client keeps 1,000
requests in flight. The clients take turns for several rounds on the same machine in one run, each
round in a fresh process, and the median counts:

- bare: aiohttp with as many workers as connections, which sends and decodes JSON and does no more
  (no retries, no checks, no samples): what the engine is measured against;
- by hand: HTTP written and read by hand on an `asyncio.Protocol`, for this server alone (no TLS, no
  chunks, no time limits, no status): what Python could do at most, and nobody should use;
- endpoint: this project's engine, from requests to samples;
- lm-eval: its ``local-chat-completions`` model, from requests to texts;
- inspect: Inspect AI, a task of one ``generate``, from samples to its log. Asked only if
  ``--inspect`` names a Python that has it, and a fifth as many requests.

Writes its section of docs/benchmarks.md.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any
from urllib.parse import urlsplit

import page

ROOT = Path(__file__).parents[1]
SERVER = ROOT / "tests" / "runners" / "servers" / "steady.py"
ANSWER_SECONDS = 0.05
POLICY = "Answer plainly, follow the rules of the house, and give dates in words. " * 36
BAR = 0.8


def main() -> None:
    """Run the rounds, print a table and write it down."""
    parser = argparse.ArgumentParser(description="Benchmark of the endpoint engine.")
    parser.add_argument("--requests", type=int, default=6000)
    parser.add_argument("--in-flight", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--inspect", default="", help="a Python with inspect-ai and openai")
    parser.add_argument("--one", choices=sorted(CLIENTS), help="run one client once; used inside")
    parser.add_argument("--url", default="")
    options = parser.parse_args()
    if options.one:
        CLIENTS[options.one](options.url, options.requests, options.in_flight)
        return
    names = [name for name in CLIENTS if name != "inspect" or options.inspect]
    found: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    before = page.load()
    with server() as url:
        for number in range(options.rounds):
            for name in names:
                found[name].append(_round(name, url, options))
                page.say(f"round {number + 1}: {name}: {found[name][-1]['rate']:.0f} requests/s")
    section = _section(found, options, before)
    page.say(section)
    page.write_section("endpoint", section)


@contextmanager
def server() -> Iterator[str]:
    """The base URL of a server that lives as long as the block."""
    with subprocess.Popen(
        [sys.executable, SERVER, str(ANSWER_SECONDS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"
        process.terminate()


def ask_bare(url: str, count: int, in_flight: int) -> None:
    """The least that a client can do."""
    import aiohttp

    async def ask() -> tuple[list[str], float, float]:
        texts: list[str] = []
        questions = iter(_questions(count))
        connector = aiohttp.TCPConnector(limit=in_flight)
        async with aiohttp.ClientSession(connector=connector) as session:

            async def work() -> None:
                for question in questions:
                    body = {"model": "m", "messages": question, "max_tokens": 256, "temperature": 0}
                    async with session.post(f"{url}/chat/completions", json=body) as response:
                        content = await response.json()
                    texts.append(content["choices"][0]["message"]["content"])

            start, busy = perf_counter(), process_time()
            await asyncio.gather(*(work() for _ in range(in_flight)))
            return texts, perf_counter() - start, process_time() - busy

    texts, seconds, busy = asyncio.run(ask())
    _report(texts, count, seconds, busy)


def ask_by_hand(url: str, count: int, in_flight: int) -> None:
    """Less than a client can do."""

    class Connection(asyncio.Protocol):
        received = b""
        answer: asyncio.Future[bytes]
        transport: asyncio.Transport

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            self.transport = transport

        def data_received(self, data: bytes) -> None:
            self.received += data
            head, found, body = self.received.partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            if found and len(body) >= length:
                self.received = b""
                self.answer.set_result(body)

    async def ask() -> tuple[list[str], float, float]:
        texts: list[str] = []
        questions = iter(_questions(count))
        loop, where = asyncio.get_running_loop(), urlsplit(url)
        head = f"POST {where.path}/chat/completions HTTP/1.1\r\nHost: {where.netloc}\r\n"
        head += "Content-Type: application/json\r\nContent-Length: "

        async def work() -> None:
            _, one = await loop.create_connection(Connection, where.hostname, where.port)
            for question in questions:
                body = {"model": "m", "messages": question, "max_tokens": 256, "temperature": 0}
                sent = json.dumps(body)
                one.answer = loop.create_future()
                one.transport.write(f"{head}{len(sent)}\r\n\r\n{sent}".encode())
                content = json.loads(await one.answer)
                texts.append(content["choices"][0]["message"]["content"])

        start, busy = perf_counter(), process_time()
        await asyncio.gather(*(work() for _ in range(in_flight)))
        return texts, perf_counter() - start, process_time() - busy

    texts, seconds, busy = asyncio.run(ask())
    _report(texts, count, seconds, busy)


def ask_engine(url: str, count: int, in_flight: int) -> None:
    """This project's engine."""
    from lawbound.runners.engines.endpoint import EndpointEngine
    from lawbound.runners.sample import Message, Request, Settings

    engine = EndpointEngine.open("m", url, concurrency=in_flight)
    requests = []
    for number, question in enumerate(_questions(count)):
        chat = tuple(Message(turn["role"], turn["content"]) for turn in question)  # type: ignore[arg-type]
        requests.append(Request(str(number), chat, engine.render(chat), Settings()))
    start, busy = perf_counter(), process_time()
    samples = list(engine.generate(requests))
    seconds, busy = perf_counter() - start, process_time() - busy
    _report([sample.text for sample in samples if not sample.error], count, seconds, busy)


def ask_lm_eval(url: str, count: int, in_flight: int) -> None:
    """The model of lm-eval that talks to the same kind of server."""
    import logging

    logging.disable(logging.WARNING)
    from lm_eval.api.instance import Instance
    from lm_eval.models.openai_completions import LocalChatCompletion

    model: Any = LocalChatCompletion(
        base_url=f"{url}/chat/completions", model="m", num_concurrent=in_flight, eos_string="</s>"
    )
    arguments = {"until": ["\n\n\n"], "max_gen_toks": 256, "temperature": 0}
    instances = [
        Instance("generate_until", {}, (model.apply_chat_template(question), arguments), number)
        for number, question in enumerate(_questions(count))
    ]
    start, busy = perf_counter(), process_time()
    texts = model.generate_until(instances, disable_tqdm=True)
    seconds, busy = perf_counter() - start, process_time() - busy
    _report([text for text in texts if text], count, seconds, busy)


def ask_inspect(url: str, count: int, in_flight: int) -> None:
    """Inspect AI: a task of one `generate` without scorer, its log in a scratch folder."""
    import tempfile

    from inspect_ai import Task, eval
    from inspect_ai.dataset import MemoryDataset, Sample
    from inspect_ai.model import ChatMessageSystem, ChatMessageUser, GenerateConfig, get_model
    from inspect_ai.solver import generate

    config = GenerateConfig(max_connections=in_flight, max_tokens=256, temperature=0)
    model = get_model("openai-api/local/m", base_url=url, api_key="none", config=config)
    samples = [
        Sample(
            input=[
                ChatMessageSystem(content=question[0]["content"]),
                ChatMessageUser(content=question[1]["content"]),
            ]
        )
        for question in _questions(count)
    ]
    task = Task(dataset=MemoryDataset(samples), solver=generate())
    with tempfile.TemporaryDirectory() as folder:
        start, busy = perf_counter(), process_time()
        (log,) = eval(
            task, model=model, log_dir=folder, display="none", max_samples=in_flight, score=False
        )
        seconds, busy = perf_counter() - start, process_time() - busy
        texts = [sample.output.completion for sample in log.samples or []]
    _report([text for text in texts if text], count, seconds, busy)


CLIENTS: dict[str, Callable[[str, int, int], None]] = {
    "bare": ask_bare,
    "by hand": ask_by_hand,
    "endpoint": ask_engine,
    "lm-eval": ask_lm_eval,
    "inspect": ask_inspect,
}


def _questions(count: int) -> list[list[dict[str, str]]]:
    return [
        [
            {"role": "system", "content": POLICY},
            {"role": "user", "content": f"What happened in the year {number}, and to whom?"},
        ]
        for number in range(count)
    ]


def _round(name: str, url: str, options: argparse.Namespace) -> dict[str, float]:
    python = options.inspect if name == "inspect" else sys.executable
    count = options.requests // 5 if name == "inspect" else options.requests
    command = [python, __file__, "--one", name, "--url", url, "--requests", str(count)]
    command += ["--in-flight", str(options.in_flight)]
    environment = {k: v for k, v in os.environ.items() if k != "OPENAI_API_KEY"}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def _report(texts: list[str], count: int, seconds: float, busy: float) -> None:
    if len(texts) != count:
        raise SystemExit(f"found {len(texts)} answers, expected {count}")
    page.say(json.dumps({"rate": count / seconds, "busy": busy / count}))


def _section(
    found: dict[str, list[dict[str, float]]], options: argparse.Namespace, before: float
) -> str:
    rates = {name: median(one["rate"] for one in rounds) for name, rounds in found.items()}
    shares = {
        name: median(a["rate"] / b["rate"] for a, b in zip(rounds, found["bare"], strict=True))
        for name, rounds in found.items()
    }
    others = [rates[name] for name in ("lm-eval", "inspect") if name in rates]
    is_met = shares["endpoint"] >= BAR and rates["endpoint"] > max(others)
    met = "met" if is_met else "missed"
    lines = [
        "## Endpoint: answers a second from a server that takes 50 ms",
        "",
        f"{page.command(PYTHON=options.inspect)}, {page.today()}. {options.requests} requests, "
        f"{options.in_flight} in flight, median of {options.rounds} rounds in turns, each in a fresh "
        "process; the server runs on the same machine, so its work counts too.",
        "",
        "| client | requests/s (least to most) | share of bare, median of rounds | CPU a request |",
        "|---|---|---|---|",
    ]
    for name, rounds in found.items():
        every = sorted(one["rate"] for one in rounds)
        busy = median(one["busy"] for one in rounds) * 1e6
        lines.append(
            f"| {LABELS[name]} | {rates[name]:.0f} ({every[0]:.0f} to {every[-1]:.0f}) "
            f"| {shares[name]:.0%} | {busy:.0f} µs |"
        )
    lines += [
        "",
        f"Bar: at least {BAR:.0%} of the bare aiohttp client and more than the others: {met} with "
        f"{shares['endpoint']:.0%}, and {rates['endpoint'] / rates['lm-eval']:.2f} times lm-eval"
        + (
            f", {rates['endpoint'] / rates['inspect']:.1f} times Inspect AI."
            if options.inspect
            else "."
        )
        + f" Of what HTTP by hand reaches it is {shares['endpoint'] / shares['by hand']:.0%}: the rest "
        "goes into aiohttp's own work.",
        "",
        page.where(before, "aiohttp", "lm-eval", also=_inspect_version(options.inspect)),
    ]
    return "\n".join(lines)


def _inspect_version(python: str) -> str:
    if not python:
        return ""
    ask = "from importlib.metadata import version; print(version('inspect-ai'))"
    done = subprocess.run([python, "-c", ask], stdout=subprocess.PIPE, text=True, check=True)
    return f", inspect-ai {done.stdout.strip()}"


LABELS = {
    "bare": "bare aiohttp client",
    "by hand": "HTTP by hand on `asyncio.Protocol`, for this server alone",
    "endpoint": "Lawbound `endpoint`",
    "lm-eval": "lm-eval `local-chat-completions`",
    "inspect": "Inspect AI (whole task, a fifth of the requests)",
}


if __name__ == "__main__":
    main()
