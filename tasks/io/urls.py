"""Hiding user names, passwords and keys in URLs that are shown or stored."""

import re
from typing import Final

PUBLIC: Final = (
    "alt", "api-version", "deployment", "location", "model", "o", "project", "provider", "region", "version",
)  # fmt: skip
"""Parameters of a server's address that everybody may know. Keys have too many names to list those instead."""
LONGEST: Final = 60
"""Characters of such a parameter's value: letters, digits and ``_ . % / : -``."""
HIDDEN: Final = "[hidden]"
KEY: Final = r"\bsk-[\w-]{8,}"
"""A key in its usual form, anywhere."""

_NO_SCHEMES: Final = "hf", "gguf", "openvino"
"""Prefixes of paths of a model's folder or file, and of nothing that takes parameters."""
_BEHIND_SCHEME: Final = re.compile(
    r"(?:(?<=://)|(?<=[\w.+-]{2}:/)(?!/)"
    + "".join(rf"(?<!\b{kind}:/)" for kind in _NO_SCHEMES)
    + r")\S+"
)
"""A path made from a URL keeps one slash; ``C:/`` and ``hf:/`` begin paths that never were URLs."""
_AFTER: Final = "'\"`,.:!?()}>…"
"""Characters that end a quote or a sentence, but seldom a URL. A bracket ends an IPv6 address."""
_PORT: Final = re.compile(r"\d{0,5}|PORT")
_PART: Final = re.compile(r"[?&;#][^?&;#]*")
_KNOWN: Final = re.compile(
    rf"[?&;#]|[?&;](?:{'|'.join(PUBLIC)})=[\w.%/:-]{{0,{LONGEST}}}", re.IGNORECASE
)
_KEY: Final = re.compile(KEY)


def without_secrets(text: str) -> str:
    """A text that may quote URLs, without anything in them that strangers must not know.

    Removed are user names and passwords, even if the quote breaks off within one; parameters except
    `PUBLIC` ones; fragments; and what has the form of a key in a path. Outside URLs nothing is
    hidden. If in doubt, it hides too much rather than too little.
    """
    return _BEHIND_SCHEME.sub(_shown, text)


def holds_secret(url: str) -> bool:
    """Whether a URL has a part that `without_secrets` would hide."""
    return without_secrets(url) != url


def _shown(found: re.Match[str]) -> str:
    url = found[0].rstrip(_AFTER)
    # An @ in a path follows no user name, but a password may contain a / as it stands.
    first, slash, path = url.partition("/")
    if ":" in first:
        first, slash, path = url, "", ""
    before, at, url_left = first.rpartition("@")
    url_left += slash + path
    place = re.match(r"[^/?#;&]*", url_left)[0]  # type: ignore[index]  # it matches nothing, too
    host, colon, port = _split_port(place)
    if not _PORT.fullmatch(port):
        port = HIDDEN
    rest = _KEY.sub(HIDDEN, _PART.sub(_part, url_left[len(place) :]))
    user = HIDDEN if before else ""
    return f"{user}{at}{host}{colon}{port}{rest}{found[0][len(url) :]}"


def _split_port(place: str) -> tuple[str, str, str]:
    if place.startswith("[") and "]" in place:  # the address itself has colons
        host, bracket, port = place.partition("]")
        return host + bracket, port[:1], port[1:]
    return place.partition(":")


def _part(found: re.Match[str]) -> str:
    return found[0] if _KNOWN.fullmatch(found[0]) else found[0][0] + HIDDEN
