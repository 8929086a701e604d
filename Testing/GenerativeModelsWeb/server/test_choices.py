"""A hub of several applications: the list of them, and a session of the one that was chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

pytest.importorskip("aiohttp")

from GenerativeModelsWeb.server import hub as hub_module
from GenerativeModelsWeb.server.sessions import Session, SessionPlan
from Testing.helpers.hubs import COUNTERS, TWO, Answer, RunningHub, never_ready, running_hub, until

PLAN = SessionPlan(applications=TWO, spare=False, limit=20)
TOKEN = "[0-9a-f]{40}"


@pytest.fixture
def no_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "run", never_ready)


@pytest.fixture
def hub(no_processes: None) -> Iterator[RunningHub]:
    """A hub of two applications whose sessions are starting for ever."""
    with running_hub(PLAN) as running:
        yield running


def list_of(hub: RunningHub) -> str:
    """The path of a list."""
    answer = hub.get(hub.entrance)
    assert answer.status == 303 and re.fullmatch(f"applications/{TOKEN}/", answer.headers["location"])
    assert answer.headers["cache-control"] == "no-store"
    return "/" + answer.headers["location"]


def opened(hub: RunningHub, answer: Answer, folder: str) -> str:
    """The application of the session that an answer leads to, from an address that sees the sessions at `folder`."""
    location = answer.headers["location"]
    assert answer.status == 303 and re.fullmatch(re.escape(folder) + f"{TOKEN}/", location)
    return hub.hub.sessions.taken[location.split("/")[-2]].application


def test_the_token_leads_to_the_list_which_says_what_there_is(hub: RunningHub) -> None:
    path = list_of(hub)
    page = hub.get(path)
    assert page.status == 200 and page.headers["cache-control"] == "no-store"
    assert re.findall(r'<a href="(\w+)">', page.text) == ["counter", "other"]
    assert "Counts clicks." in page.text and "Other &lt;i&gt;" in page.text and "Counts &amp; shows." in page.text
    assert "Research use only" in page.text and "<title>GenerativeModels</title>" in page.text
    assert hub.token not in page.text and "http" not in page.text, "whole in itself, and no key to the hub"
    assert not hub.hub.sessions.taken, "nobody has chosen yet"
    assert hub.get(path.rstrip("/")).headers["location"] == path.split("/")[2] + "/"


def test_each_opens_a_session_of_its_own(hub: RunningHub) -> None:
    path = list_of(hub)
    for name in ("other", "counter", "other"):
        assert opened(hub, hub.get(path + name), "../../session/") == name
    assert len(hub.hub.sessions.taken) == 3


def test_an_application_can_be_asked_for_by_name(hub: RunningHub) -> None:
    assert opened(hub, hub.get(f"{hub.entrance}&application=other"), "session/") == "other"
    unknown = hub.get(f"{hub.entrance}&application=skull").headers["location"]
    assert unknown.startswith("applications/")


def test_a_link_that_opens_once_leads_to_a_list_that_can_be_reloaded(hub: RunningHub) -> None:
    link = f"/?ticket={hub.hub.settings.access.ticket()}"
    path = "/" + hub.get(link).headers["location"]
    assert [hub.get(path).status for _ in range(2)] == [200, 200]
    assert opened(hub, hub.get(path + "counter"), "../../session/") == "counter"
    assert hub.get(link).status == 403


@pytest.mark.parametrize("path", ["", "counter"])
def test_nobody_opens_a_list_that_was_not_given_to_him(hub: RunningHub, path: str) -> None:
    answer = hub.get(f"/applications/{'0' * 40}/{path}")
    assert (answer.status, answer.headers["location"]) == (303, "../../")
    locked = hub.get("/?application=counter")
    assert locked.status == 403 and "wants an access token" in locked.text
    assert "<title>GenerativeModels</title>" in locked.text
    assert not hub.hub.sessions.taken and not hub.hub._lists


def test_what_is_not_on_the_list_leads_back_to_it(hub: RunningHub) -> None:
    path = list_of(hub)
    assert hub.get(path + "skull").headers["location"] == "./"
    assert hub.get(f"/applications/{'g' * 40}/").status == hub.get(path + "a/b").status == 404
    assert not hub.hub.sessions.taken


def test_a_guess_of_the_browser_opens_nothing(hub: RunningHub) -> None:
    path = list_of(hub)
    assert hub.get(path + "counter", Sec_Purpose="prefetch;prerender").status == 503
    assert hub.get(path + "counter", "HEAD").status == 405
    assert hub.get(path + "counter", Sec_Fetch_Site="cross-site", Sec_Fetch_Dest="image").status == 403
    assert not hub.hub.sessions.taken


def test_lists_are_remembered_among_the_last(no_processes: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "LISTS_KEPT", 2)
    with running_hub(PLAN) as hub:
        paths = [list_of(hub) for _ in range(3)]
        assert [hub.get(path).status for path in paths] == [303, 200, 200]


def test_the_pages_of_a_session_bear_the_title_of_its_application(hub: RunningHub) -> None:
    path = "/" + hub.get(f"{hub.entrance}&application=counter").headers["location"]
    assert "<title>Counter</title>" in hub.get(path).text
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hub.hub.sessions.find(path.split("/")[2]), "failure", "The session has ended.")
        failed = hub.get(path)
    assert failed.status == 503 and "<title>Counter</title>" in failed.text


def test_another_session_of_a_tab_is_of_the_same_application(hub: RunningHub) -> None:
    path = "/" + hub.get(f"{hub.entrance}&application=other").headers["location"]
    assert opened(hub, hub.get(path + "new"), "../") == "other"
    session = hub.hub.sessions.find(path.split("/")[2])
    hub.loop.call_soon_threadsafe(hub.hub.sessions.end, session)
    until(lambda: hub.hub.sessions.find(session.token) is None)
    assert opened(hub, hub.get(path), "../") == "other", "also once the first has ended"


def test_there_are_no_more_sessions_than_the_limit_whatever_they_are_of(no_processes: None) -> None:
    with running_hub(replace(PLAN, limit=1)) as hub:
        path = list_of(hub)
        hub.get(path + "counter")
        page = hub.get(path + "other")
        assert page.status == 503 and "The only session is in use" in page.text and '<a href="">' in page.text


def test_one_application_alone_opens_at_once(no_processes: None) -> None:
    with running_hub(replace(PLAN, applications=COUNTERS)) as hub:
        for query in ("", "&application=other"):
            assert opened(hub, hub.get(hub.entrance + query), "session/") == "counter"
        assert "<title>Counter</title>" in hub.get("/").text, "the locked page bears its title"


def test_a_session_from_the_list_takes_files_and_gives_some() -> None:
    with running_hub(PLAN) as hub:
        location = hub.get(list_of(hub) + "other").headers["location"]
        path = location.removeprefix("../..")
        until(lambda: '{"starting": false}' in hub.get(path + "starting").text)
        assert "<title>Other &lt;i&gt;</title>" in hub.get(path).text
        png = b"\x89PNG\r\n\x1a\n" + bytes(100)
        sent = hub.get(path + "upload/axial?name=a.png", "POST", png)
        assert (sent.status, sent.text) == (200, '{"ok": true, "name": "a.png"}')
        assert hub.get(path + "upload/coronal?name=a.png", "POST", png).status == 404, (
            "the application has no such place"
        )
        assert hub.get(path + "download/other").text == "0", "what the other application alone offers"
