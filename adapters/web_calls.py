"""THE client for calls to addresses that somebody else chose: https only, to public addresses only, no redirects, little time, little data.

A name is resolved once, every address that it has is looked at, and the connection goes to those and to no other: nothing can change
between looking and connecting. docs/adr/0021 says why.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from adapters.mail import one_line
from settings import settings

SECONDS, SECONDS_TO_CONNECT = 10.0, 4.0
MOST_BYTES = 64 * 1024
LONGEST = 500
_USABLE_6 = ipaddress.ip_network("2000::/3")  # everything that is public today
# Two labels at least, as the domain name system has them, the last with a letter first: `0x7f.1`, `0177.0.0.1` and `a..kz` are none.
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?\.?")
LONGEST_NAME = 253
_ORDINARY_PORTS = range(1024, 65536)  # beside 443: no mail server, no ssh


class BadUrl(ValueError):
    """No address that may ever be called."""


class CallFailed(Exception):
    """No usable answer; its text says why, for the organization's staff: no more than is known from outside."""


@dataclass(frozen=True, slots=True)
class WebAnswer:
    status: int
    body: bytes


def checked_url(url: str) -> SplitResult:
    """The address in its parts. Raises BadUrl for what is not plain https to a name or a public address."""
    try:
        parts = urlsplit(url)
        port, host = 443 if parts.port is None else parts.port, parts.hostname or ""
    except ValueError:
        raise BadUrl from None
    plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url and len(url) <= LONGEST
    if not plain or not host or parts.username is not None or parts.password is not None or parts.fragment:
        raise BadUrl
    if _may_be_here(host):
        return parts
    if parts.scheme != "https" or (port != 443 and port not in _ORDINARY_PORTS):
        raise BadUrl
    if (literal := _literal(host)) is not None and not is_public(literal):
        raise BadUrl
    if literal is None and (not _NAME.fullmatch(host) or len(host) > LONGEST_NAME or host.rstrip(".").endswith((".localhost", ".local", ".internal"))):
        raise BadUrl  # names of this machine and this network, and numbers that some libraries take for addresses
    return parts


async def post(url: str, body: bytes, headers: Mapping[str, str], *, tls: ssl.SSLContext | None = None) -> WebAnswer:
    """One POST; whatever status comes back is an answer, a redirect too. Raises BadUrl and CallFailed. ``tls`` is for tests."""
    parts = checked_url(url)
    limit = aiohttp.ClientTimeout(total=SECONDS, connect=SECONDS_TO_CONNECT, sock_connect=SECONDS_TO_CONNECT)
    connector = aiohttp.TCPConnector(resolver=_Vetted(), use_dns_cache=False, ssl=tls or True, force_close=True, limit=1)
    options = {"timeout": limit, "cookie_jar": aiohttp.DummyCookieJar(), "trust_env": False, "auto_decompress": False}
    sent = {"accept-encoding": "identity", "user-agent": "Abonent", **headers}
    try:
        async with aiohttp.ClientSession(connector=connector, **options) as session:  # type: ignore[arg-type]
            async with session.post(parts.geturl(), data=body, headers=sent, allow_redirects=False) as answer:
                return WebAnswer(answer.status, await _limited(answer))
    except TimeoutError:
        raise CallFailed(f"no answer within {SECONDS:.0f} seconds") from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise CallFailed(one_line(_why(error))[:200] or type(error).__name__) from None


def _why(error: Exception) -> str:
    """Our own refusal of a name, which the library wraps and would not tell, else what the library says."""
    own = getattr(error, "os_error", None)
    return str(own) if own is not None and own.errno is None else str(error)


async def _limited(answer: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in answer.content.iter_chunked(8192):
        body += chunk
        if len(body) > MOST_BYTES:
            raise CallFailed(f"an answer of more than {MOST_BYTES // 1024} KB")
    return bytes(body)


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether it is a machine on the internet: not this one, not a neighbour, not a cloud's metadata, under no disguise."""
    if isinstance(address, ipaddress.IPv6Address):
        disguised = address.ipv4_mapped is not None or address.sixtofour is not None or address.teredo is not None
        if disguised or address not in _USABLE_6:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved and not address.is_unspecified


class _Vetted(AbstractResolver):
    """Gives the connector the addresses of a name that were looked at; one that is not public condemns the name."""

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC) -> list[ResolveResult]:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        addresses = [(kind, proto, ipaddress.ip_address(str(where[0]).partition("%")[0])) for kind, _, proto, _, where in found]
        here = _may_be_here(host)
        if not addresses or not all(is_public(one) or (here and one.is_loopback) for _, _, one in addresses):
            raise OSError("the name does not lead to a public address")
        flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        return [ResolveResult(hostname=host, host=str(one), port=port, family=kind, proto=proto, flags=flags) for kind, proto, one in addresses]

    async def close(self) -> None:
        pass


def _may_be_here(host: str) -> bool:
    """This machine itself, where the settings of a test or of development allow it."""
    literal = _literal(host)
    return settings().allow_loopback_calls and (host == "localhost" or (literal is not None and literal.is_loopback))


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
