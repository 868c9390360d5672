"""A chat-completions server that misbehaves on demand: one process, any number of scripted stages.

A stage is the first part of the path. ``PUT /STAGE/script`` sets what it does, ``GET /STAGE/seen``
tells what reached it, ``POST /STAGE/v1/chat/completions`` asks. A script maps a user message to the
list of what happens to it, try by try; after the list, and for other messages, all is well. ``replies``
lists [TEXT, REPLY]: the first whose text stands in a message decides what a good answer says; ``finish`` is how
good answers end, ``finishes`` how those to some messages do; ``models`` the names under which answers come, in turn.

Prints its port and serves until its standard input closes. With a certificate as argument it speaks TLS.
"""

import asyncio
import json
import ssl
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from itertools import count
from time import monotonic, time
from typing import Any

from aiohttp import web


@dataclass(slots=True)
class Stage:
    """What one test has set up, and what it has sent."""

    script: dict[str, Any] = field(default_factory=dict)
    seen: list[dict[str, Any]] = field(default_factory=list)
    tries: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    in_flight: int = 0
    turns: Iterator[int] = field(default_factory=count)
    before: dict[Any, str] = field(default_factory=dict)
    """Connection -> the answer to what was asked over it last."""


STAGES: dict[str, Stage] = defaultdict(Stage)
IDS = count()


def completion(user: str, stage: Stage, **message: Any) -> dict[str, Any]:
    """A well-formed body that says which question it answers."""
    said = message.get("content", _content(user, stage))
    name = stage.script.get("id", f"chatcmpl-{next(IDS)}")
    if stage.script.get("id_of_text"):
        name = f"chatcmpl-{said}"
    body: dict[str, Any] = {
        "id": "" if user in stage.script.get("nameless", []) else name,
        "object": "chat.completion",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": _content(user, stage), **message},
                "finish_reason": stage.script.get("finishes", {}).get(
                    user, stage.script.get("finish", "stop")
                ),
            }
        ],
    }
    if models := stage.script.get("models"):
        body["model"] = models[next(stage.turns) % len(models)]
    if stage.script.get("usage", True):
        body["usage"] = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
    return body


def _content(user: str, stage: Stage) -> str:
    replies: list[list[str]] = stage.script.get("replies", [])
    return next((reply for text, reply in replies if text in user), f"answer to {user}")


def error(status: int, **content: Any) -> web.Response:
    """An error body in the usual shape."""
    return web.json_response({"error": content}, status=status)


async def chat(request: web.Request) -> web.StreamResponse:
    """Do what the script says about this message at this try."""
    stage = STAGES[request.match_info["stage"]]
    payload = await request.json()
    user = payload["messages"][-1]["content"]
    turn = stage.tries[user]
    stage.tries[user] += 1
    stage.in_flight += 1
    stage.seen.append(
        {
            "user": user,
            "payload": payload,
            "authorization": request.headers.get("Authorization", ""),
            "connection": request.headers.get("Connection", ""),
            "port": request.transport and request.transport.get_extra_info("peername")[1],
            "cookie": request.headers.get("Cookie", ""),
            "at": monotonic(),
            "in_flight": stage.in_flight,
        }
    )
    try:
        await asyncio.sleep(float(stage.script.get("delay", {}).get(user, 0)))
        if (
            stage.script.get("key")
            and request.headers.get("Authorization") != f"Bearer {stage.script['key']}"
        ):
            return error(401, message=f"Incorrect key: {request.headers.get('Authorization')}")
        complaint = _complaint(payload, stage.script.get("refuses", []))
        if complaint:
            return error(400, message=complaint, type="invalid_request_error")
        acts = stage.script.get("acts", {}).get(user, [])
        act = acts[turn] if turn < len(acts) else stage.script.get("always", "ok")
        return await _perform(act, user, stage, request)
    finally:
        stage.in_flight -= 1


def _complaint(payload: dict[str, Any], refuses: list[str]) -> str:
    if "system" in refuses and any(m["role"] == "system" for m in payload["messages"]):
        return "System role not supported by this chat template"
    if "max_tokens" in refuses and "max_tokens" in payload:
        return "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    if "seed" in refuses and "seed" in payload:
        return "Unrecognized request argument supplied: seed"
    return ""


async def _perform(act: Any, user: str, stage: Stage, request: web.Request) -> web.StreamResponse:
    good = json.dumps(completion(user, stage))
    if isinstance(act, dict):
        if "body" in act:
            return web.json_response(act["body"], status=act.get("status", 200))
        if "message" in act:
            return web.json_response(completion(user, stage, **act["message"]))
        headers = {"Retry-After": str(act["retry_after"])}
        if act.get("date"):  # by a clock that may be ahead
            clock = time() + act.get("ahead", 0)
            headers["Date"] = formatdate(clock, usegmt=True)
            headers["Retry-After"] = formatdate(clock + act["retry_after"], usegmt=True)
        return web.json_response(
            {"error": {"message": "slow down"}}, status=act["status"], headers=headers
        )
    if isinstance(act, int):
        return error(act, message=f"made to fail with {act}")
    if request.transport is None:  # the client has gone
        return web.Response()
    match act:
        case "ok":
            return web.json_response(text=good)
        case "drop":
            request.transport.close()
            return web.Response()
        case "half":  # announces more than it sends
            torn = web.StreamResponse(
                headers={"Content-Type": "application/json", "Content-Length": str(len(good))}
            )
            await torn.prepare(request)
            await torn.write(good[: len(good) // 2].encode())
            request.transport.close()
            return torn
        case "cut":  # half a JSON in a whole response
            return web.json_response(text=good[: len(good) // 2])
        case "html":
            return web.Response(text="<html><h1>It works!</h1></html>", content_type="text/html")
        case "html502":
            return web.Response(status=502, text="<h1>Bad gateway</h1>", content_type="text/html")
        case "text":
            return web.Response(text=good, content_type="text/plain")
        case "words":
            return web.Response(text="The model is being loaded.", content_type="text/plain")
        case "garbage":
            request.transport.write(b"\x00\x01 this is not HTTP\r\n\r\n")
            request.transport.close()
            return web.Response()
        case "drip":  # a byte now and then, for ever
            slow = web.StreamResponse(headers={"Content-Type": "application/json"})
            await slow.prepare(request)
            while True:
                await slow.write(b" ")
                await asyncio.sleep(0.05)
        case "loris":  # a header now and then, for ever
            with suppress(OSError):
                request.transport.write(b"HTTP/1.1 200 OK\r\n")
                while not request.transport.is_closing():
                    request.transport.write(b"X-Wait: a little\r\n")
                    await asyncio.sleep(0.05)
            return web.Response()
        case "huge":
            large = web.StreamResponse(headers={"Content-Type": "application/json"})
            await large.prepare(request)
            for _ in range(64):
                await large.write(b" " * 65536)
            return large
        case "bomb":  # small on the wire, large when unpacked
            bomb = web.Response(body=b" " * 4_000_000, content_type="application/json")
            bomb.enable_compression(web.ContentCoding.gzip)
            return bomb
        case "twice":  # the same completion again, a moment later, on a connection at rest
            again = _whole(good).encode()
            asyncio.get_running_loop().call_later(0.02, request.transport.write, again)
            return web.json_response(text=good)
        case "late":  # the answer to the question before
            port = request.transport.get_extra_info("peername")[1]
            late, stage.before[port] = stage.before.get(port, good), good
            return web.json_response(text=late)
        case "twin":  # the same completion again, in the same packet
            request.transport.write((_whole(good) * 2).encode())
            while not request.transport.is_closing():  # or a third would follow
                await asyncio.sleep(0.01)
            return web.Response()
        case "chunk":  # a chunk of no size
            head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
            request.transport.write(f"{head}\r\nzz\r\n{good}".encode())
            request.transport.close()
            return web.Response()
        case "cookie":
            return web.json_response(text=good, headers={"Set-Cookie": "session=1; Path=/"})
        case "redirect":
            return web.Response(status=307, headers={"Location": "http://127.0.0.1:9/v1"})
        case "echo":
            told = f"your header was {request.headers.get('Authorization')}"
            return web.json_response(completion(user, stage, content=told, reasoning_content=told))
    raise web.HTTPNotImplemented(text=str(act))


def _whole(good: str) -> str:
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/json"
    return f"{head}\r\nContent-Length: {len(good)}\r\n\r\n{good}"


async def set_script(request: web.Request) -> web.Response:
    """Begin a stage."""
    STAGES[request.match_info["stage"]] = Stage(script=await request.json())
    return web.Response()


async def seen(request: web.Request) -> web.Response:
    """What reached a stage."""
    return web.json_response(STAGES[request.match_info["stage"]].seen)


async def serve(certificate: str = "") -> None:
    """Serve on a free port of the loopback interface."""
    secured = None
    if certificate:
        secured = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        secured.load_cert_chain(certificate)
    app = web.Application(client_max_size=2**26)
    app.router.add_post("/{stage}/v1/chat/completions", chat)
    app.router.add_put("/{stage}/script", set_script)
    app.router.add_get("/{stage}/seen", seen)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=4096, ssl_context=secured)
    await site.start()
    assert site._server is not None
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
