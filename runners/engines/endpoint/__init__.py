"""Any OpenAI-compatible chat-completions server as an engine.

In reading order: `engine` (what a run sees), `in_flight` (the thread that asks, and what it hands over), `as_sample`
(what a run stores), `address` (where the server is), `proxy` (who passes requests on), `client` (many
requests at once), `wire` (what is sent), `unasked` (what is known without asking), `network` (what goes wrong on the
way), `reply` (what came back: an answer or a fault), `content` (what a message holds), `finish` (how it ended),
`usage` (how many tokens it took), `error` (what a server's error says), `moderation` (whether a filter says it),
`redirect` (whom it names instead of itself), `retry_after` (how long it asks us to wait), `patience` (when to ask
again), `connection` (whose answer it is). aiohttp takes its time, so only who opens an endpoint imports `engine`.
"""

from lawbound.runners.engines.endpoint.address import read_address
from lawbound.runners.engines.endpoint.patience import form_of

__all__ = ["form_of", "read_address"]
