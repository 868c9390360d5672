"""The proxy that the environment names for a server: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, as most clients
read them.

This machine itself is never asked through a proxy, as in Go's clients: its models would be asked for elsewhere. aiohttp
can read the same variables, but would then also send passwords of ``~/.netrc`` to servers, and would not spare this
machine.
"""

import re
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit
from urllib.request import getproxies_environment, proxy_bypass

from lawbound.runners.engines.protocol import ModelError

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
    host = parts.hostname or ""
    found = getproxies_environment()
    proxy = found.get(parts.scheme) or found.get("all") or ""
    if not proxy or _is_here(host) or _is_excepted(host, parts.port, found):
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


def _is_here(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_excepted(host: str, port: int | None, found: dict[str, str]) -> bool:
    """Whether NO_PROXY names the host, or a network such as 10.0.0.0/8 that holds it."""
    if proxy_bypass(host if port is None else f"{host}:{port}"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    for entry in found.get("no", "").split(","):
        try:
            if address in ip_network(entry.strip(), strict=False):
                return True
        except ValueError:  # a name
            continue
    return False


def _is_whole(proxy: str) -> bool:
    try:
        parts = urlsplit(proxy)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
