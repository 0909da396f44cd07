"""Closed sockets: nobody but this machine can be reached."""

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

import pytest


def close_sockets(patch: pytest.MonkeyPatch) -> None:
    """Connecting anywhere but to this machine, or looking anybody else up, raises."""
    original = {name: getattr(socket.socket, name) for name in ("connect", "connect_ex")}
    lookup = socket.getaddrinfo

    def guarded(name: str) -> Callable[..., Any]:
        def call(self: socket.socket, address: Any) -> Any:
            if self.family != socket.AF_UNIX:
                refuse_strangers(address[0])
            return original[name](self, address)

        return call

    def guarded_lookup(host: Any, *rest: Any, **named: Any) -> Any:
        refuse_strangers(host)
        return lookup(host, *rest, **named)

    for name in original:
        patch.setattr(socket.socket, name, guarded(name))
    patch.setattr(socket, "getaddrinfo", guarded_lookup)


def refuse_strangers(host: str | bytes | None) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return
    try:
        if ipaddress.ip_address(name.partition("%")[0]).is_loopback:
            return
    except ValueError:
        pass
    raise PermissionError(f"a test tried to reach {name}: only loopback is open")
