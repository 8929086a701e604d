"""Who gets a session of a hub, and which addresses it gives away."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

pytest.importorskip("aiohttp")

from GenerativeModelsLib.errors import InputError
from GenerativeModelsWeb.server import hub as hub_module
from GenerativeModelsWeb.server.hub import HubSettings
from GenerativeModelsWeb.server.sessions import Session, SessionPlan
from Testing.helpers.hubs import Answer, RunningHub, never_ready, running_hub, until

PLAN = SessionPlan(spare=False, limit=100)
NEVER_GIVEN = "0" * 40


@pytest.fixture(autouse=True)
def no_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "run", never_ready)


@pytest.fixture
def hub() -> Iterator[RunningHub]:
    """A hub whose sessions are starting for ever."""
    with running_hub(PLAN) as running:
        yield running


def begun(answer: Answer, folder: str) -> bool:
    """Whether an answer leads to a new session."""
    return answer.status == 303 and bool(re.fullmatch(folder + "[0-9a-f]{40}/", answer.headers["location"]))


def in_loop(hub: RunningHub, call: Callable[[], None]) -> None:
    """Run a call where the hub runs, to its end."""

    async def run() -> None:
        call()

    asyncio.run_coroutine_threadsafe(run(), hub.loop).result(10)


def a_session(hub: RunningHub) -> Session:
    token = hub.get(hub.entrance).headers["location"].split("/")[1]
    return hub.hub.sessions.taken[token]


def test_the_token_opens_and_is_not_in_the_address_that_follows(hub: RunningHub) -> None:
    for answer in (hub.get(hub.entrance), hub.get("/", Authorization=f"Bearer {hub.token}")):
        assert begun(answer, "session/") and answer.headers["cache-control"] == "no-store"
        assert hub.token not in str(answer) and "set-cookie" not in answer.headers
    assert len(hub.hub.sessions.taken) == 2


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/", "The address alone does not open it."),
        ("/?token=wrong-wrong-wrong", "The access token is not the one of this server."),
        ("/?token=", "The access token is not the one of this server."),
        ("/?ticket=guess", "opens only once"),
    ],
)
def test_without_the_token_a_page_asks_for_it_and_no_session_starts(hub: RunningHub, path: str, words: str) -> None:
    answer = hub.get(path)
    assert answer.status == 403 and answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-store" and answer.headers["referrer-policy"] == "same-origin"
    assert words in answer.text and "The address that the server printed when it started holds the token" in answer.text
    assert hub.token not in answer.text and "wrong-wrong" not in answer.text, "nothing of the request is shown"
    form = re.search(r"<form [^>]*>.*</form>", answer.text, re.DOTALL).group()
    assert 'method="get"' in form and 'action="./"' in form
    assert 'name="token"' in form and 'type="password"' in form and 'autocomplete="off"' in form
    assert not hub.hub.sessions.taken


def test_a_ticket_opens_once(hub: RunningHub, caplog: pytest.LogCaptureFixture) -> None:
    link = f"/?ticket={hub.hub.settings.access.ticket()}"
    assert hub.get(link, Sec_Purpose="prefetch;prerender").status == 503, "a guess of the browser does not use it up"
    assert hub.get(link, "HEAD").status == 405, "nor does a question for the kind of page"
    assert hub.get("/healthz" + link[1:]).text == '{"ok": true}'
    first = hub.get(link)
    assert begun(first, "session/") and "ticket" not in first.headers["location"] and caplog.messages == []
    second = hub.get(link)
    assert second.status == 403 and "opens only once" in second.text and "that the server printed" in second.text
    assert len(hub.hub.sessions.taken) == 1
    assert len(caplog.messages) == 1 and "used a second time" in caplog.messages[0]


def test_health_has_details_only_for_who_has_the_token(hub: RunningHub) -> None:
    a_session(hub)
    for answer in (hub.get("/healthz"), hub.get("/healthz?token=wrong")):
        assert (answer.status, answer.text) == (200, '{"ok": true}') and answer.headers["cache-control"] == "no-store"
    for answer in (hub.get(f"/healthz?token={hub.token}"), hub.get("/healthz", Authorization=f"Bearer {hub.token}")):
        assert json.loads(answer.text) == {"ok": True, "sessions": 1, "spare": False, "full": False}
        assert answer.headers["cache-control"] == "no-store"


def test_the_address_of_a_session_that_ended_gives_a_new_one_without_the_token(hub: RunningHub) -> None:
    session = a_session(hub)
    in_loop(hub, lambda: hub.hub.sessions.end(session))
    path = f"/session/{session.token}/"
    for address in (path, path + "new"):
        assert hub.get(address, Sec_Purpose="prefetch").status == 503 and hub.get(address, "HEAD").status == 405
    assert not hub.hub.sessions.taken, "not before somebody comes"
    assert begun(hub.get(path), "../") and begun(hub.get(path + "new"), "../")
    assert len(hub.hub.sessions.taken) == 2
    assert hub.get(path + "download/count").status == hub.get(path + "ws").status == 404, "it stays over"


def test_an_address_that_never_was_a_session_leads_to_the_question_for_the_token(hub: RunningHub) -> None:
    for address in (f"/session/{NEVER_GIVEN}/", f"/session/{NEVER_GIVEN}/new"):
        answer = hub.get(address)
        assert answer.status == 303 and answer.headers["location"] == "../../"
        assert answer.headers["cache-control"] == "no-store"
    assert not hub.hub.sessions.taken


def test_a_second_tab_of_an_address_gets_a_session_of_its_own(hub: RunningHub, monkeypatch: pytest.MonkeyPatch) -> None:
    async def held(_: Session) -> bool:
        return True

    monkeypatch.setattr(hub_module, "held_by_a_page", held)
    session = a_session(hub)
    session.port = 9
    assert begun(hub.get(f"/session/{session.token}/"), "../")
    assert session.token in hub.hub.sessions.taken and len(hub.hub.sessions.taken) == 2


def test_a_session_that_failed_leads_to_another_without_the_token(
    hub: RunningHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(session: Session, _: SessionPlan) -> None:
        session.failure = "The session ended unexpectedly."

    monkeypatch.setattr(Session, "run", fail)
    session = a_session(hub)
    page = hub.get(f"/session/{session.token}/")
    assert page.status == 503 and 'href="new"' in page.text
    assert begun(hub.get(f"/session/{session.token}/new"), "../")


def test_when_all_places_are_taken_a_page_says_so() -> None:
    with running_hub(replace(PLAN, limit=1, grace_seconds=5.0)) as hub:
        session = a_session(hub)
        full = hub.get(hub.entrance)
        assert full.status == 503 and "The only session is in use" in full.text and "5 seconds later" in full.text
        assert 'href=""' in full.text, "the address as it is, with its token"
        assert hub.get("/").status == 403, "strangers do not learn of it"
        until(lambda: '"sessions": 0' in hub.get(f"/healthz?token={hub.token}").text)
        assert begun(hub.get(f"/session/{session.token}/"), "../"), "the one that was left is over"
        full = hub.get(f"/session/{session.token}/")
        assert full.status == 503 and 'href=""' in full.text


@pytest.mark.parametrize(
    "path",
    [
        "/session/%2f%2fevil.example",
        "/session/%2F%2Fevil.example/",
        "/session/%5cevil.example",
        "/session/%5c%5cevil.example/",
        "/session/\\\\evil.example",
        "/session//evil.example",
        "/session/https:%2f%2fevil.example",
        "/session/%09%2f%2fevil.example",
        "/session/%0d%0aLocation:%20https:%2f%2fevil.example",
        f"/session/{NEVER_GIVEN}%0d%0aX:1",
        f"/session/{NEVER_GIVEN}%0a",
        f"/session/{NEVER_GIVEN.replace('0', 'A')}/",
        f"/session/{NEVER_GIVEN}0",
        "//evil.example/",
        "/session",
    ],
)
def test_what_is_no_session_token_leads_nowhere(hub: RunningHub, path: str) -> None:
    answer = hub.get(path)
    assert answer.status == 404 and "location" not in answer.headers and "x" not in answer.headers


@pytest.mark.parametrize("query", ["", "?x=//evil.example", "?/../../", "?%0d%0aX:1", "#//evil.example"])
def test_an_address_without_its_last_slash_leads_to_the_one_with_it(hub: RunningHub, query: str) -> None:
    answer = hub.get(f"/session/{NEVER_GIVEN}{query}")
    assert answer.status == 303 and answer.headers["location"] == f"{NEVER_GIVEN}/" and "x" not in answer.headers


def test_a_request_line_with_a_whole_address_is_judged_by_its_name_too(hub: RunningHub) -> None:
    for target, host, status in (
        (b"http://evil.example", b"localhost", b"403"),
        (b"http://localhost", b"evil.example", b"403"),
        (b"http://localhost", b"localhost", b"303"),
    ):
        line = b"GET %s%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % (target, hub.entrance.encode(), host)
        head = hub.say(line).split(b"\r\n\r\n")[0]
        assert head.split()[1] == status and b"evil" not in head


def test_a_request_without_a_host_or_with_two_is_refused(hub: RunningHub) -> None:
    entrance = hub.entrance.encode()
    assert b" 403 " in hub.say(b"GET %s HTTP/1.0\r\n\r\n" % entrance)[:20]
    two = b"GET %s HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n" % entrance
    assert hub.say(two).split()[1] in {b"400", b"403"}
    assert not hub.hub.sessions.taken


def test_on_a_network_only_the_names_given_are_right() -> None:
    with running_hub(PLAN, loopback=False, names=frozenset({"Skulls.example"})) as hub:
        assert begun(hub.get(hub.entrance, Host="skulls.example:8765"), "session/")
        path = f"/session/{a_session(hub).token}/ws"
        upgrade = {"Upgrade": "websocket", "Connection": "Upgrade"}
        for host, origin in (
            ("evil.example", "http://evil.example"),  # DNS rebinding
            ("evil.example", "http://skulls.example"),
            ("skulls.example", "http://evil.example"),
            ("skulls.example", "null"),
        ):
            assert hub.get(path, **upgrade, Host=host, Origin=origin).status == 403
        same = hub.get(path, **upgrade, Host="skulls.example", Origin="http://skulls.example")
        assert same.status == 503, "the session is starting: it was let in"
        for path in (hub.entrance, "/healthz", f"/session/{NEVER_GIVEN}"):
            assert hub.get(path, Host="evil.example").status == 403
            assert hub.get(path, Host="192.168.1.2:8765").status == 403


def test_a_hub_on_a_network_wants_a_name() -> None:
    with pytest.raises(InputError, match="--allow-host NAME"):
        HubSettings(PLAN, loopback=False)
    with pytest.raises(InputError, match=r"--allow-host \* is no host name"):
        HubSettings(PLAN, names=frozenset({"*"}))
    assert HubSettings(PLAN).allowed_names == {"localhost", "127.0.0.1", "::1"}
    assert "a.example" in HubSettings(PLAN, loopback=False, names=frozenset({"A.example"})).allowed_names


def test_settings_show_no_token() -> None:
    settings = HubSettings(PLAN)
    assert settings.access.token not in repr(settings)
