"""The proxy that the environment names for a server: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, as most clients
read them.

This machine itself is never asked through a proxy, as in Go's clients: its models would be asked for elsewhere. aiohttp
can read the same variables, but would then also send passwords of ``~/.netrc`` to servers, and would not spare this
machine.
"""

import re
from base64 import b64encode
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from socket import inet_aton
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies_environment

from lawbound.runners.engines.api_keys import Key
from lawbound.runners.engines.protocol import ModelError

_PORTS = {"http": 80, "https": 443}
_PASSWORD = 8
"""A shorter password may be a word of an error."""
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,15})://")


def proxy_for(where: str, url: str) -> str:
    """The proxy's URL, which may hold a password; empty if the server is asked directly.

    Args:
        where: The model, for messages.
        url: What is asked.

    Raises:
        ModelError: The environment names one that cannot be used.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    found = getproxies_environment()
    proxy = (found.get(parts.scheme) or found.get("all") or "").strip()
    port = parts.port or _PORTS.get(parts.scheme, 0)
    if not proxy or _is_here(host) or _is_excepted(host, port, found.get("no", "")):
        return ""
    named = _SCHEME.match(proxy)
    kind = named[1].lower() if named else "http"
    proxy = proxy if named else f"http://{proxy}"
    if kind not in ("http", "https") or not _is_whole(proxy):
        what = f"is {kind}://..." if kind not in ("http", "https") else "cannot be read"
        raise ModelError(
            f"{where}: the proxy in {parts.scheme.upper()}_PROXY or ALL_PROXY {what}, expected http://HOST:PORT (or "
            f"the server's host in NO_PROXY)"
        )
    return proxy


def logins_in(proxy: str) -> tuple[Key, ...]:
    """What of a proxy's URL nobody may read, in the forms in which an error may quote it: a proxy's page may show the
    headers that came."""
    parts = urlsplit(proxy)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    header = b64encode(f"{user}:{password}".encode("latin-1", "replace")).decode()
    return tuple(map(Key, (header, password))) if len(password) >= _PASSWORD else ()


def _is_here(host: str) -> bool:
    """Whether a host is this machine; 0.0.0.0, too, the address that servers print."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = _address(host)
    return address is not None and (address.is_loopback or address.is_unspecified)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is, also in the short form 127.1, or in IPv6's of an IPv4 one."""
    try:
        address = ip_address(host)
    except ValueError:
        if not re.fullmatch(r"[\dxXa-fA-F.]+", host) or not host[:1].isdigit():
            return None
        try:
            return ip_address(inet_aton(host))
        except (OSError, ValueError):
            return None
    inside = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return inside or address


def _is_excepted(host: str, port: int, listed: str) -> bool:
    """Whether NO_PROXY names the host, its domain, or a network such as 10.0.0.0/8 that holds it."""
    address = _address(host)
    for entry in listed.lower().split(","):
        name = entry.strip()
        if name == "*":
            return True
        try:
            if address is not None and address in ip_network(name.strip("[]"), strict=False):
                return True
        except ValueError:
            pass
        named = re.fullmatch(r"\[?(.*?)\]?(?::(\d{1,5}))?", name)
        if named is None or (named[2] and int(named[2]) != port):
            continue
        domain = named[1].removeprefix("*").strip(".")
        if domain and (host == domain or host.endswith(f".{domain}")):
            return True
    return False


def _is_whole(proxy: str) -> bool:
    """Whether a client can use it; an @ behind the host is of a password that holds a / as it stands."""
    try:
        parts = urlsplit(proxy)
        is_read = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    behind = parts.path + parts.query + parts.fragment
    user = unquote(parts.username or "")
    return is_read and "@" not in behind and ":" not in user and not re.search(r"\s", proxy)
