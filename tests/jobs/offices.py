"""A real SMTP server on loopback that misbehaves as it is told, and remembers every letter that it took."""

import asyncio
import email
import email.parser
import email.policy
import socket
import threading
from collections import Counter
from collections.abc import Callable
from email.message import EmailMessage

from aiosmtpd.controller import Controller

SLOWLY = 3.0
Fault = str  # "421", "451", "550", "slow", "cut before" (the answer), "cut after"; "" takes the letter


class Office:
    """``fault`` is asked for each letter's recipient what shall go wrong with it. `taken` holds what the server stands for, even unanswered; of
    letters that are not kept `whole`, what stands above their texts and files."""

    def __init__(self, fault: Callable[[str], Fault] = lambda _: "", *, whole: bool = True) -> None:
        self.fault = fault
        parser = email.parser.BytesParser if whole else email.parser.BytesHeaderParser
        self._read = parser(policy=email.policy.default).parsebytes
        self.taken: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.talks = 0
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def __enter__(self) -> "Office":
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def close(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def ids(self) -> Counter[str]:
        return Counter(str(letter["Message-ID"]) for letter in self.taken)

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802 - the server's own name
        self.talks += 1
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        fault = self.fault(address)
        if fault[:1] in "45" and fault:
            if fault.startswith("421"):
                server.transport.write(f"{fault} not now\r\n".encode())
                server.transport.close()
            return f"{fault} said <{address}>"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        [to] = envelope.rcpt_tos
        fault = self.fault(to)
        if fault == "cut before":  # its end has come, and nothing was kept
            server.transport.abort()
            return "250 unheard"
        if fault == "slow":
            await asyncio.sleep(SLOWLY)
        self.recipients.append(to)
        self.taken.append(self._read(envelope.content))
        if fault == "cut after":
            server.transport.abort()
        return "250 OK"


class Silent:
    """A port where a talk begins and breaks off at a step: "greeting", "mail", "rcpt", "data", "half" (of the letter's words)."""

    def __init__(self, step: str) -> None:
        self.step, self.talks = step, 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"smtp://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                talk, _ = self._socket.accept()
            except OSError:
                return
            self.talks += 1
            with talk:
                self._talk(talk)

    def _talk(self, talk: socket.socket) -> None:
        if self.step == "greeting":
            return
        lines = talk.makefile("rb")
        talk.sendall(b"220 here\r\n")
        for line in lines:
            word = line[:4].strip().lower().decode()
            if word == self.step:
                return
            talk.sendall(b"354 go on\r\n" if word == "data" else b"250 OK\r\n")
            if word == "data":
                next(lines)
                return
