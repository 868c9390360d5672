"""What goes wrong between here and the server, as a fault that says what."""

import aiohttp

from lawbound.runners.engines.endpoint.reply import Fault
from lawbound.tasks.io.safe_files import why


def fault_of(error: Exception, *, timeout: float, connecting: float) -> Fault:
    """The fault for an error of the network or of aiohttp.

    Args:
        error: What was raised.
        timeout: Seconds for one try.
        connecting: Seconds for its connection, TLS included.
    """
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return Fault(
            f"cannot connect (no connection in {connecting:g} s, TLS included)", again=True
        )
    if isinstance(error, TimeoutError):
        return Fault(f"no whole response in {timeout:g} s", again=True)
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        found = f"cannot connect to the proxy that the environment names ({why(error.os_error)})"
        return Fault(found, again=True)
    if isinstance(error, aiohttp.ClientConnectorError):
        return Fault(f"cannot connect ({why(error.os_error)})", again=True)
    if isinstance(error, aiohttp.ClientHttpProxyError):
        found = f"the proxy that the environment names refused ({error.status} {error.message})"
        return Fault(found, again=True)
    return Fault(_lost(error), again=not isinstance(error, ValueError), broke_off=True)


def _lost(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientPayloadError):
        return f"the response broke off ({error})"
    if isinstance(error, aiohttp.ClientResponseError):
        return f"no HTTP response ({error.message})"
    return f"the connection was lost ({error or type(error).__name__})"
