"""How an endpoint renders chats and names itself, which takes no server: what was asked of it before is found again
without asking it anything."""

from collections.abc import Sequence
from dataclasses import dataclass

from lawbound.runners.canonical import canonical_json
from lawbound.runners.engines.endpoint.wire import Dialect
from lawbound.runners.prompt import place
from lawbound.runners.sample import Fingerprint, Message, Rendered

ENGINE = "endpoint"
VERSION = "3"


@dataclass(frozen=True, slots=True)
class Unasked:
    """A server of which nothing is asked."""

    name: str
    """The model, as the server calls it."""
    revision: str
    dialect: Dialect
    template: str

    def render(self, messages: Sequence[Message]) -> Rendered:
        """Canonical JSON of the messages as a server of this dialect takes them."""
        placed, placement = place(messages, system=self.dialect.system)
        text = canonical_json([{"role": m.role, "content": m.content} for m in placed]).decode()
        return Rendered(text, placement, self.template)

    def fingerprint(self) -> Fingerprint:
        """The name and what the user says about the weights."""
        return Fingerprint(self.name, self.revision, ENGINE, VERSION)
