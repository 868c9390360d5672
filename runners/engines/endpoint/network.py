"""What goes wrong between here and the server, as a fault that says what."""

import aiohttp

from lawbound.runners.engines.endpoint.error import AGAIN
from lawbound.runners.engines.endpoint.reply import Fault
from lawbound.tasks.io.safe_files import why


def network_fault(
    error: Exception, *, timeout: float, connecting: float, proxy_host: str = ""
) -> Fault:
    """The fault for an error of the network or of aiohttp.

    Args:
        error: What was raised.
        timeout: Seconds for one try.
        connecting: Seconds for its connection, TLS included.
        proxy_host: The proxy that is asked; only its name is looked up here then.
    """
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return Fault(
            f"cannot connect (no connection in {connecting:g} s, TLS included)", again=True
        )
    if isinstance(error, TimeoutError):
        return Fault(f"no whole response in {timeout:g} s", again=True)
    if isinstance(error, aiohttp.ClientConnectorError):
        is_of_proxy = isinstance(error, aiohttp.ClientProxyConnectionError) or (
            proxy_host != "" and error.host.lower() == proxy_host
        )
        whom = " to the proxy that the environment names" if is_of_proxy else ""
        found = f"cannot connect{whom} ({why(error.os_error)})"
        return Fault(found, again=True, of_proxy=is_of_proxy)
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return Fault(
            f"the proxy that the environment names refused ({error.status} {error.message})",
            again=error.status in AGAIN,
            status=error.status,
            of_proxy=True,
        )
    if isinstance(error, ValueError):
        return Fault(f"cannot be asked ({error})", again=False)
    return Fault(_lost(error), again=True, broke_off=True)


def _lost(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientPayloadError):
        return f"the response broke off ({error})"
    if isinstance(error, aiohttp.ClientResponseError):
        return f"no HTTP response ({error.message})"
    return f"the connection was lost ({error or type(error).__name__})"
