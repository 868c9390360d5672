"""A chat-completions server that answers everything after a fixed time, as cheaply as Python can.

``python steady.py SECONDS`` prints its port and serves until its standard input closes.
"""

import asyncio
import json
import sys
from itertools import count

IDS = count()


class Steady(asyncio.Protocol):
    """One connection; requests on it come one after the other."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._received = b""
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
        if found and len(body) >= int(length or 0):
            self._received = body[int(length or 0) :]
            self._loop.call_later(self._seconds, self._answer)

    def _answer(self) -> None:
        text = "The short answer is that it depends on the year and on the place. " * 4
        message = {"role": "assistant", "content": text}
        body = json.dumps(
            {
                "id": f"chatcmpl-{next(IDS)}",
                "object": "chat.completion",
                "created": 1700000000,
                "model": "m",
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 640, "completion_tokens": 60, "total_tokens": 700},
            }
        ).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)


async def serve(seconds: float) -> None:
    """Serve on a free port of the loopback interface."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Steady(seconds), "127.0.0.1", 0, backlog=4096)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))
