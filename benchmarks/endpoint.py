"""How many answers a second the endpoint engine takes from a server: ``python benchmarks/endpoint.py``

A local server in a process of its own answers everything after 50 ms; each client keeps 1,000
requests in flight. The clients take turns for several rounds on the same machine in one run, each
round in a fresh process, and the median counts:

- bare pyreqwest and bare aiohttp, as a good user would write them: as many workers as connections, on
  uvloop where it is installed, which send and decode JSON and do no more (no retries, no checks, no
  samples). The engine is measured against the faster of the two;
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
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any, cast
from urllib.parse import urlsplit

import page

ROOT = Path(__file__).parents[1]
SERVER = ROOT / "tests" / "runners" / "servers" / "steady.py"
ANSWER_SECONDS = 0.05
POLICY = "Answer plainly, follow the rules of the house, and give dates in words. " * 36
BAR = 0.8


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one client did, without its start and its end."""

    texts: list[str]
    seconds: float
    busy: float
    """Seconds of processor time."""


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


def ask_bare_pyreqwest(url: str, count: int, in_flight: int) -> None:
    """The least that a client can do, in Rust."""
    from pyreqwest.client import ClientBuilder

    async def ask() -> _Asked:
        async with ClientBuilder().max_connections(in_flight).build() as client:

            async def one(body: dict[str, Any]) -> Any:
                request = client.post(f"{url}/chat/completions").body_json(body).build()
                return await (await request.send()).json()

            return await _by_workers(one, count, in_flight)

    _report(_to_end(ask()), count)


def ask_bare_aiohttp(url: str, count: int, in_flight: int) -> None:
    """The least that a client can do, in Python."""
    import aiohttp

    async def ask() -> _Asked:
        connector = aiohttp.TCPConnector(limit=in_flight)
        async with aiohttp.ClientSession(connector=connector) as session:

            async def one(body: dict[str, Any]) -> Any:
                async with session.post(f"{url}/chat/completions", json=body) as response:
                    return await response.json()

            return await _by_workers(one, count, in_flight)

    _report(_to_end(ask()), count)


def ask_by_hand(url: str, count: int, in_flight: int) -> None:
    """Less than a client can do."""

    class Connection(asyncio.Protocol):
        received = b""
        answer: asyncio.Future[bytes]
        transport: asyncio.Transport

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass

        def data_received(self, data: bytes) -> None:
            self.received += data
            head, found, body = self.received.partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            if found and len(body) >= length:
                self.received = b""
                self.answer.set_result(body)

    async def ask() -> _Asked:
        texts: list[str] = []
        bodies = iter(_bodies(count))
        loop, where = asyncio.get_running_loop(), urlsplit(url)
        host, port = where.hostname, where.port
        assert host is not None and port is not None, url
        head = f"POST {where.path}/chat/completions HTTP/1.1\r\nHost: {where.netloc}\r\n"
        head += "Content-Type: application/json\r\nContent-Length: "

        async def work() -> None:
            _, one = await loop.create_connection(Connection, host, port)
            for body in bodies:
                sent = json.dumps(body)
                one.answer = loop.create_future()
                one.transport.write(f"{head}{len(sent)}\r\n\r\n{sent}".encode())
                content = json.loads(await one.answer)
                texts.append(content["choices"][0]["message"]["content"])

        start, busy = perf_counter(), process_time()
        await asyncio.gather(*(work() for _ in range(in_flight)))
        return _Asked(texts, perf_counter() - start, process_time() - busy)

    _report(_to_end(ask()), count)


def ask_engine(url: str, count: int, in_flight: int) -> None:
    """This project's engine."""
    from lawbound.runners.engines.endpoint.engine import EndpointEngine
    from lawbound.runners.sample import Message, Request, Settings

    engine = EndpointEngine.open("m", url, concurrency=in_flight)
    requests = []
    for number, question in enumerate(_questions(count)):
        system, user = (turn["content"] for turn in question)
        chat = (Message("system", system), Message("user", user))
        requests.append(Request(str(number), chat, engine.render(chat), Settings()))
    start, busy = perf_counter(), process_time()
    samples = list(engine.generate(requests))
    seconds, busy = perf_counter() - start, process_time() - busy
    _report(_Asked([s.text for s in samples if not s.error], seconds, busy), count)


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
    _report(_Asked([text for text in texts if text], seconds, busy), count)


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
    _report(_Asked([text for text in texts if text], seconds, busy), count)


CLIENTS: dict[str, Callable[[str, int, int], None]] = {
    "bare pyreqwest": ask_bare_pyreqwest,
    "bare aiohttp": ask_bare_aiohttp,
    "by hand": ask_by_hand,
    "endpoint": ask_engine,
    "lm-eval": ask_lm_eval,
    "inspect": ask_inspect,
}


BARE = ("bare pyreqwest", "bare aiohttp")


async def _by_workers(
    one: Callable[[dict[str, Any]], Awaitable[Any]], count: int, in_flight: int
) -> _Asked:
    """The texts of all answers, `in_flight` workers asking one after the other."""
    texts: list[str] = []
    bodies = iter(_bodies(count))

    async def work() -> None:
        for body in bodies:
            content = await one(body)
            texts.append(content["choices"][0]["message"]["content"])

    start, busy = perf_counter(), process_time()
    await asyncio.gather(*(work() for _ in range(in_flight)))
    return _Asked(texts, perf_counter() - start, process_time() - busy)


def _to_end(asking: Coroutine[Any, Any, _Asked]) -> _Asked:
    """Run it on the fastest loop there is, as the engine does."""
    try:
        from uvloop import new_event_loop
    except ImportError:
        return asyncio.run(asking)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(asking)


def _bodies(count: int) -> list[dict[str, Any]]:
    return [
        {"model": "m", "messages": question, "max_tokens": 256, "temperature": 0}
        for question in _questions(count)
    ]


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


def _report(asked: _Asked, count: int) -> None:
    if len(asked.texts) != count:
        raise SystemExit(f"found {len(asked.texts)} answers, expected {count}")
    page.say(json.dumps({"rate": count / asked.seconds, "busy": asked.busy / count}))


def _section(
    found: dict[str, list[dict[str, float]]], options: argparse.Namespace, before: float
) -> str:
    rates = {name: median(one["rate"] for one in rounds) for name, rounds in found.items()}
    best = max(BARE, key=rates.__getitem__)
    shares = {name: _share(rounds, found[best]) for name, rounds in found.items()}
    of_aiohttp = _share(found["endpoint"], found["bare aiohttp"])
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
        "| client | requests/s (least to most) | share of the best bare client, median of rounds | CPU a request |",
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
        f"Bar: at least {BAR:.0%} of the best bare client ({LABELS[best]}) and more than the others: "
        f"{met} with {shares['endpoint']:.0%}, and {rates['endpoint'] / rates['lm-eval']:.2f} times lm-eval"
        + (
            f", {rates['endpoint'] / rates['inspect']:.1f} times Inspect AI."
            if options.inspect
            else "."
        )
        + f" Of bare aiohttp, which it uses, it reaches {of_aiohttp:.0%} (median of rounds).",
        "",
        page.where(
            before,
            "pyreqwest",
            "aiohttp",
            "uvloop",
            "lm-eval",
            also=_inspect_version(options.inspect),
        ),
    ]
    return "\n".join(lines)


def _share(rounds: list[dict[str, float]], of: list[dict[str, float]]) -> float:
    """Round by round, since what else the machine does changes between rounds."""
    return median(a["rate"] / b["rate"] for a, b in zip(rounds, of, strict=True))


def _inspect_version(python: str) -> str:
    if not python:
        return ""
    ask = "from importlib.metadata import version; print(version('inspect-ai'))"
    done = subprocess.run([python, "-c", ask], stdout=subprocess.PIPE, text=True, check=True)
    return f", inspect-ai {done.stdout.strip()}"


LABELS = {
    "bare pyreqwest": "bare pyreqwest client on uvloop",
    "bare aiohttp": "bare aiohttp client on uvloop",
    "by hand": "HTTP by hand on `asyncio.Protocol`, for this server alone",
    "endpoint": "Lawbound `endpoint`",
    "lm-eval": "lm-eval `local-chat-completions`",
    "inspect": "Inspect AI (whole task, a fifth of the requests)",
}


if __name__ == "__main__":
    main()
