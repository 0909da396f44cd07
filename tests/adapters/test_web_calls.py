"""Calls to addresses that others choose: only to the internet, never round a corner, and never for long."""

import asyncio
import ipaddress
import socket
import ssl
import subprocess

import pytest

from adapters import web_calls
from settings import settings
from tests.adapters.servers import dripping, dropping, endless, garbage, saying, serving, silent

OK = saying(b'{"verdict":"accept"}')
SENT = {"webhook-id": "msg_1", "content-type": "application/json"}


@pytest.fixture
def here(monkeypatch):
    """This machine may be called, as in development."""
    monkeypatch.setenv("ABONENT_ALLOW_LOOPBACK_CALLS", "true")
    settings.cache_clear()


@pytest.fixture
def hasty(monkeypatch):
    monkeypatch.setattr(web_calls, "SECONDS", 0.5)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1",
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::7f00:1", "64:ff9b::7f00:1", "fe80::1", "fc00::1",
        "fd00:ec2::254", "ff02::1", "2001:db8::1", "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)  # fmt: skip
def test_what_is_not_the_internet(address):
    assert not web_calls.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "2a02:6b8::2:242"])
def test_what_is(address):
    assert web_calls.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "", "judge", "http://judge.example.com/", "ftp://judge.example.com/", "https://", "https:///x", "https://localhost/", "https://x.localhost/",
        "https://judge/", "https://printer.local/", "https://metadata.google.internal/", "https://127.0.0.1/", "https://[::1]/", "https://2130706433/",
        "https://0x7f.1/", "https://127.1/", "https://user@judge.example.com/", "https://user:pw@judge.example.com/", "https://judge.example.com:25/",
        "https://judge.example.com:99999/", "https://judge.example.com/#part", "https://judge.example.com/\r\nx: y", "https://judge.example.com/a b",
        "https://judge.example.com\\@127.0.0.1/", "https://käse.example.com/", "https://judge.example.com/" + "x" * 500, "https://[::ffff:127.0.0.1]/",
        "https://judge.example.com:0/", "https://a..kz/", "https://.a.kz/", "https://a.kz../", "https://-a.kz/", "https://a-.kz/", "https://0177.0.0.1/",
        "https://0x7f.0x1/", "https://0x7f.0xa/", "https://0x7f000001/", "https://0x7f.0.0.0x0a./", "https://a.0xff/", "https://1.2.3.4.5/", "https://a/b.kz", "https://%61.kz/",
        "https://" + "a" * 64 + ".kz/", "https://" + "a." * 130 + "kz/", "https://127.0.0.1./", "https://a,b.kz/", "https://a!.kz/",
        "https://169.254.169.254/latest/meta-data", "https://10.0.0.1:8443/",
    ],
)  # fmt: skip
def test_addresses_that_are_never_called(url):
    with pytest.raises(web_calls.BadUrl):
        web_calls.checked_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://judge.example.com/readings?x=1",
        "https://judge.example.com:8443/",
        "https://8.8.8.8/",
        "https://[2606:4700:4700::1111]/",
        "https://0x7f.example.kz/",
        "https://a.xn--80ao21a/",
        "https://a.kz./",
        "https://1c.a.kz/",
    ],
)
def test_addresses_that_may_be(url):
    assert web_calls.checked_url(url).geturl() == url


def test_production_never_calls_itself(monkeypatch):
    from settings import Misconfigured

    for name, value in {"MODE": "production", "SECRET": "x" * 40, "BASE_URL": "https://c.example.com", "ALLOW_LOOPBACK_CALLS": "true"}.items():
        monkeypatch.setenv(f"ABONENT_{name}", value)
    settings.cache_clear()
    with pytest.raises(Misconfigured, match="ABONENT_ALLOW_LOOPBACK_CALLS"):
        settings()


async def test_an_answer_comes_back_as_it_is(here):
    async with serving(OK) as server:
        answer = await web_calls.post(server.url(), b'{"a":1}', SENT)
    assert (answer.status, answer.body) == (200, b'{"verdict":"accept"}')
    call = server.calls[0]
    assert (call.method, call.path, call.body, call.headers["webhook-id"]) == ("POST", "/judge", b'{"a":1}', "msg_1")
    assert "cookie" not in call.headers
    assert "authorization" not in call.headers


async def test_without_leave_this_machine_is_not_called():
    async with serving(OK) as server:
        for url in (server.url(), server.url("https"), server.url("https", "localhost")):
            with pytest.raises(web_calls.BadUrl):
                await web_calls.post(url, b"", SENT)
    assert server.calls == []


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:127.0.0.1"], []])
async def test_a_name_that_leads_inside_is_not_followed(monkeypatch, addresses):
    """A name is asked for once, and every address of it is looked at: none is connected to where one is not public."""
    asked, connected = [], []

    async def lookup(self, host, port, **_):
        asked.append(host)
        return [(socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    async def connect(self, *args, **named):
        connected.append(args)
        raise OSError("unreachable")

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", lookup)
    monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", connect)
    with pytest.raises(web_calls.CallFailed, match="does not lead to a public address"):
        await web_calls.post("https://rebinding.example.com/", b"", SENT)
    assert (asked, connected) == (["rebinding.example.com"], [])


async def test_the_connection_goes_to_the_address_that_was_looked_at(monkeypatch):
    """The second answer of a name that changes its mind is never asked for."""
    answers, connected = ["8.8.8.8", "127.0.0.1"], []

    async def lookup(self, host, port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers.pop(0), port))]

    async def connect(self, _socket, address):
        connected.append(address)
        raise OSError("unreachable")

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", lookup)
    monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", connect)
    with pytest.raises(web_calls.CallFailed):
        await web_calls.post("https://rebinding.example.com/", b"", SENT)
    assert set(connected) == {("8.8.8.8", 443)}
    assert answers == ["127.0.0.1"]


@pytest.mark.parametrize("answer", [silent, dripping, endless, garbage, dropping])
async def test_bad_servers_cost_little(here, hasty, answer):
    begun = asyncio.get_running_loop().time()
    async with serving(answer) as server:
        with pytest.raises(web_calls.CallFailed):
            await web_calls.post(server.url(), b"", SENT)
    assert asyncio.get_running_loop().time() - begun < 5


async def test_a_redirect_is_an_answer_and_not_followed(here):
    async with serving(OK) as inside, serving(saying(b"", "307 Temporary Redirect", f"location: {inside.url()}")) as server:
        answer = await web_calls.post(server.url(), b"", SENT)
    assert answer.status == 307
    assert inside.calls == []


async def test_a_bomb_is_not_unpacked(here):
    async with serving(saying(b"\x1f\x8b", "200 OK", "content-encoding: gzip")) as server:
        assert (await web_calls.post(server.url(), b"", SENT)).body == b"\x1f\x8b"


async def test_nobody_listening(here):
    async with serving(OK) as server:
        url = server.url()
    with pytest.raises(web_calls.CallFailed):
        await web_calls.post(url, b"", SENT)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem"], check=True, capture_output=True,
    )  # fmt: skip
    return folder


async def test_certificates_are_verified(here, certificate):
    serve = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serve.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    trusting = ssl.create_default_context(cafile=certificate / "cert.pem")
    async with serving(OK, serve) as server:
        with pytest.raises(web_calls.CallFailed):
            await web_calls.post(server.url("https", "localhost"), b"", SENT)
        assert server.calls == []
        with pytest.raises(web_calls.CallFailed):  # the right issuer, another name
            await web_calls.post(server.url("https", "127.0.0.1"), b"", SENT, tls=trusting)
        assert (await web_calls.post(server.url("https", "localhost"), b"", SENT, tls=trusting)).status == 200
