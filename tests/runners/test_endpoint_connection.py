"""Whose answer is it: servers that answer twice, and completions that look alike or are alike."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import aiohttp
import pytest

from lawbound.runners.engines.endpoint.connection import LINE, Connector, Line, Seen
from lawbound.runners.engines.endpoint.engine import EndpointEngine
from lawbound.runners.sample import Sample

Begin = Callable[..., Any]
Open = Callable[..., EndpointEngine]
Ask = Callable[..., dict[str, Sample]]
USERS = [f"q{n}" for n in range(12)]


def _texts(samples: dict[str, Sample]) -> dict[str, str]:
    return {user: sample.text for user, sample in samples.items()}


@pytest.mark.parametrize("concurrency", [1, 2])
@pytest.mark.parametrize("script", [{}, {"id": ""}, {"id": "the-only-id"}])
def test_a_completion_sent_twice_is_not_taken_for_the_next_answer(
    stage: Begin, script: dict[str, str], concurrency: int, open_endpoint: Open, ask: Ask
) -> None:
    where = stage(
        acts={user: ["twice"] for user in USERS}, delay=dict.fromkeys(USERS, 0.05), **script
    )
    samples = ask(open_endpoint(where.url, concurrency=concurrency), USERS)
    assert _texts(samples) == {user: f"answer to {user}" for user in USERS}


def test_a_second_answer_in_the_same_packet_is_not_taken_for_the_next_answer(
    stage: Begin, open_endpoint: Open, ask: Ask
) -> None:
    where = stage(acts={user: ["twin"] for user in USERS})
    samples = ask(open_endpoint(where.url, concurrency=2), USERS)
    assert _texts(samples) == {user: f"answer to {user}" for user in USERS}
    assert len(where.seen()) == 12


def test_an_answer_without_an_id_is_taken_from_a_fresh_connection_alone(
    stage: Begin, open_endpoint: Open, ask: Ask
) -> None:
    where = stage(acts={user: ["late"] * 2 for user in USERS}, nameless=USERS[2:])
    samples = ask(open_endpoint(where.url, concurrency=1), USERS[2:])
    assert _texts(samples) == {user: f"answer to {user}" for user in USERS[2:]}
    where = stage(acts={user: ["late"] * 2 for user in USERS[2:]}, nameless=USERS[2:])
    samples = ask(open_endpoint(where.url, concurrency=1), USERS)
    assert _texts(samples) == {user: f"answer to {user}" for user in USERS}


@pytest.mark.parametrize("name", ["", "the-only-id"])
def test_a_server_whose_completions_share_an_id_is_asked_once(
    stage: Begin, name: str, open_endpoint: Open, ask: Ask
) -> None:
    where = stage(id=name, replies=[["q", "I cannot help with that."]])
    samples = ask(open_endpoint(where.url, concurrency=2), USERS)
    assert _texts(samples) == dict.fromkeys(USERS, "I cannot help with that.")
    assert len(where.seen()) == 12


def test_a_server_that_makes_its_ids_from_the_answer_may_say_the_same_to_everybody(
    stage: Begin, open_endpoint: Open, ask: Ask
) -> None:
    where = stage(id_of_text=True, replies=[["q", "I cannot help with that."]])
    samples = ask(open_endpoint(where.url, concurrency=1, retries=0), USERS)
    assert _texts(samples) == dict.fromkeys(USERS, "I cannot help with that.")
    assert len(where.seen()) == 13  # the second question shows it, over a fresh connection


@pytest.mark.parametrize(
    ("script", "connections", "said"), [({}, 1, ""), ({"id": ""}, 12, "close")]
)
def test_connections_are_kept_only_where_completions_are_told_apart(
    stage: Begin,
    script: dict[str, str],
    connections: int,
    said: str,
    open_endpoint: Open,
    ask: Ask,
) -> None:
    where = stage(**script)
    engine = open_endpoint(where.url, concurrency=1)
    ask(engine, ["first"])  # shows that the id is the probe's
    ask(engine, USERS)
    seen = where.seen()[1:]
    assert len({one["port"] for one in seen}) == connections
    assert {one["connection"] for one in seen} == {said}


def test_the_same_completion_for_the_same_request_is_no_confusion() -> None:
    seen = Seen()
    assert not seen.is_repeated("id0", b"probe", b"p", probing=True, fresh=True)
    for _ in range(2):
        assert not seen.is_repeated("id1", b"body", b"asked", probing=False, fresh=False)
    assert seen.is_repeated("id1", b"body", b"something else", probing=False, fresh=False)
    assert seen.are_told_apart
    assert not seen.is_repeated("id1", b"body", b"something else", probing=False, fresh=True)
    assert not seen.are_told_apart


def test_a_filters_error_has_no_id_and_shows_nothing_about_completions() -> None:
    seen = Seen()
    assert not seen.is_repeated("id0", b"probe", b"p", probing=True, fresh=True)
    for asked in (b"one", b"another"):
        assert not seen.is_repeated(None, b"blocked", asked, probing=False, fresh=False)
    assert seen.are_told_apart


def test_a_connection_at_rest_in_which_something_came_is_not_used_again() -> None:
    def response(text: str) -> bytes:
        return f"HTTP/1.1 200 OK\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode()

    async def talk() -> list[str]:
        writers: list[asyncio.StreamWriter] = []

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writers.append(writer)
            with suppress(asyncio.IncompleteReadError):
                while await reader.readuntil(b"\r\n\r\n"):
                    writer.write(response(f"answer on connection {len(writers)}"))

        async def ask(session: aiohttp.ClientSession, url: str, line: Line) -> str:
            LINE.set(line)
            async with session.get(url) as got:
                return await got.text()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with aiohttp.ClientSession(connector=Connector(limit=1)) as session:
            first = Line()
            texts = [await ask(session, url, first)]
            rested = first.protocol
            writers[0].write(response("nobody asked"))
            while rested is not None and not rested.should_close:
                await asyncio.sleep(0)
            texts.append(await ask(session, url, second := Line()))
            texts.append(await ask(session, url, third := Line()))
            texts.append(await ask(session, url, last := Line(fresh_only=True)))
        for writer in writers:
            writer.close()
        server.close()
        assert [line.is_fresh for line in (first, second, third, last)] == [True, True, False, True]
        return texts

    assert asyncio.run(talk()) == [f"answer on connection {n}" for n in (1, 2, 2, 3)]
