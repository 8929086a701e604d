from __future__ import annotations

import asyncio

import pytest

pytest.importorskip("aiohttp")

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from GenerativeModelsLib.errors import InputError
from GenerativeModelsWeb.server.guards import LOOPBACK_NAMES, guard, host_name, is_loopback, security_headers

BEHIND_PROXY = LOOPBACK_NAMES | {"skulls.example"}


def ask(headers: dict[str, str], names: frozenset[str] = LOOPBACK_NAMES, method: str = "GET") -> tuple[int, str]:
    async def run() -> tuple[int, str]:
        async def answer(_: web.Request) -> web.Response:
            return web.Response(text="in")

        app = web.Application(middlewares=[guard(names)])
        app.router.add_route("*", "/", answer)
        async with TestClient(TestServer(app)) as client:
            given = await client.request(method, "/", headers=headers)
            return given.status, await given.text()

    return asyncio.run(run())


@pytest.mark.parametrize("host", ["localhost", "localhost:9000", "127.0.0.1:8765", "[::1]:8765", "LOCALHOST:1"])
def test_names_of_this_machine_are_right_whatever_the_port(host: str) -> None:
    assert ask({"Host": host}) == (200, "in")


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8765", "localhost.evil.example", "127.0.0.2", "", "[::"]
)
def test_a_name_that_somebody_let_point_here_is_refused(host: str) -> None:
    status, text = ask({"Host": host})
    assert status == 403 and "--allow-host" in text


def test_the_names_that_are_given_are_right_and_no_others() -> None:
    assert ask({"Host": "skulls.example"}, BEHIND_PROXY)[0] == 200
    assert ask({"Host": "evil.example"}, BEHIND_PROXY)[0] == 403


def test_a_name_in_the_request_line_counts_beside_the_host_header() -> None:
    async def run(target: str) -> bytes:
        app = web.Application(middlewares=[guard(LOOPBACK_NAMES)])
        async with TestServer(app) as server:
            reader, writer = await asyncio.open_connection(server.host, server.port)
            writer.write(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            answer = await reader.read()
            writer.close()
            return answer.split(b"\r\n")[0]

    assert b" 403 " in asyncio.run(run("http://evil.example/"))
    assert b" 404 " in asyncio.run(run("http://localhost/"))


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("Skulls.Example", "skulls.example"),
        ("workstation", "workstation"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("192.168.1.2", "192.168.1.2"),
        ("[FE80:0::1]", "fe80::1"),
        ("2001:db8::5", "2001:db8::5"),
    ],
)
def test_a_host_name_is_taken_as_browsers_write_it(given: str, name: str) -> None:
    assert host_name(given) == name


@pytest.mark.parametrize(
    "given",
    [
        "",
        "*",
        "*.example",
        "https://skulls.example",
        "skulls.example/",
        "skulls.example:8765",
        "[2001:db8::5]:80",
        "a b",
        "a,b",
        "a..b",
        ".a",
        "a.",
        "-a",
        "bücher.example",
        "user@a",
        "x" * 64,
        "0.0.0.0",
        "::",
        "fe80::1%eth0",
        "[192.168.1.2",
    ],
)
def test_what_is_no_bare_host_name_is_refused(given: str) -> None:
    with pytest.raises(InputError, match=r"--allow-host .* is no host name"):
        host_name(given)


@pytest.mark.parametrize(
    ("host", "origin", "names", "status"),
    [
        ("localhost:8765", "http://localhost:8765", LOOPBACK_NAMES, 200),
        ("localhost:9000", "http://localhost:9000", LOOPBACK_NAMES, 200),  # an SSH tunnel
        ("localhost:8765", "http://localhost:3000", LOOPBACK_NAMES, 403),  # another program of this machine
        ("localhost:8765", "http://127.0.0.1:8765", LOOPBACK_NAMES, 403),
        ("localhost:8765", "https://evil.example", LOOPBACK_NAMES, 403),
        ("localhost:8765", "null", LOOPBACK_NAMES, 403),
        ("localhost:8765", "nonsense", LOOPBACK_NAMES, 403),
        ("127.0.0.1:8765", "https://skulls.example", BEHIND_PROXY, 200),  # the proxy put its own name in Host
        ("127.0.0.1:8765", "https://evil.example", BEHIND_PROXY, 403),
        ("127.0.0.1:8765", "http://localhost:3000", BEHIND_PROXY, 403),
        ("skulls.example:8765", "http://skulls.example:8765", BEHIND_PROXY, 200),
        ("skulls.example:8765", "https://evil.example", BEHIND_PROXY, 403),
        ("evil.example:8765", "http://evil.example:8765", BEHIND_PROXY, 403),  # DNS rebinding
    ],
)
def test_only_our_own_pages_may_post_and_connect(host: str, origin: str, names: frozenset[str], status: int) -> None:
    assert ask({"Host": host, "Origin": origin}, names, "POST")[0] == status
    assert ask({"Host": host, "Origin": origin, "Upgrade": "WebSocket"}, names)[0] == status


def test_programs_other_than_browsers_name_no_origin() -> None:
    assert ask({"Host": "localhost"}, method="POST")[0] == 200


@pytest.mark.parametrize(
    ("site", "destination", "status"),
    [
        ("none", "document", 200),  # typed
        ("cross-site", "document", 200),  # a link
        ("same-origin", "image", 200),
        ("cross-site", "image", 403),
        ("cross-site", "iframe", 403),
        ("same-site", "script", 403),  # another program on localhost
        ("cross-site", "empty", 403),
    ],
)
def test_other_pages_may_link_here_but_not_embed(site: str, destination: str, status: int) -> None:
    headers = {"Host": "localhost", "Sec-Fetch-Site": site, "Sec-Fetch-Dest": destination}
    assert ask(headers)[0] == status


def test_every_answer_says_what_a_page_may_do() -> None:
    async def run() -> dict[str, str]:
        app = web.Application()
        app.on_response_prepare.append(security_headers)
        async with TestClient(TestServer(app)) as client:
            return dict((await client.get("/none")).headers)

    headers = asyncio.run(run())
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "frame-ancestors 'self'" in policy and "http" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "same-origin"
    assert "Server" not in headers


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.0.0.5", True),
        ("localhost", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.2", False),
        ("workstation", False),
    ],
)
def test_loopback_is_told_from_the_network(host: str, loopback: bool) -> None:
    assert is_loopback(host) == loopback
