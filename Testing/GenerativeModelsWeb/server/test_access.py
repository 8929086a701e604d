from __future__ import annotations

import logging

import pytest

pytest.importorskip("aiohttp")

from aiohttp.test_utils import make_mocked_request

from GenerativeModelsLib.errors import InputError
from GenerativeModelsWeb.server import access as module
from GenerativeModelsWeb.server.access import TOKEN_VARIABLE, Access, token_from_environment

TOKEN = "0123456789abcdef"


def asked(path: str = "/", **headers: str):
    return make_mocked_request("GET", path, headers=headers)


def test_random_tokens_and_tickets_cannot_be_guessed() -> None:
    made = [one for access in (Access(), Access()) for one in (access.token, access.ticket(), access.ticket())]
    assert len(set(made)) == 6 and all(len(one) >= 22 for one in made), "128 bits are 22 characters"


@pytest.mark.parametrize(
    ("path", "headers", "right"),
    [
        (f"/?token={TOKEN}", {}, True),
        (f"/?x=1&token={TOKEN}", {}, True),
        ("/", {"Authorization": f"Bearer {TOKEN}"}, True),
        ("/", {"Authorization": f"bearer  {TOKEN} "}, True),
        ("/?token=wrong", {"Authorization": f"Bearer {TOKEN}"}, True),
        ("/", {}, False),
        ("/?token=", {}, False),
        (f"/?token={TOKEN[:-1]}", {}, False),
        (f"/?token={TOKEN}a", {}, False),
        (f"/?token={TOKEN.upper()}", {}, False),
        ("/?token=%ff%ed%b0%80☃", {}, False),
        (f"/?Token={TOKEN}", {}, False),
        (f"/{TOKEN}", {}, False),
        ("/", {"Authorization": f"Basic {TOKEN}"}, False),
        ("/", {"Authorization": TOKEN}, False),
        ("/", {"Authorization": "Bearer"}, False),
        ("/", {"Cookie": f"token={TOKEN}"}, False),
    ],
)
def test_the_token_is_taken_from_the_query_or_as_a_bearer(path: str, headers: dict[str, str], right: bool) -> None:
    access = Access(TOKEN)
    assert access.has_token(asked(path, **headers)) is access.admits(asked(path, **headers)) is right


def test_tokens_and_tickets_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.hmac, "compare_digest", lambda given, known: True)
    assert Access(TOKEN).has_token(asked("/?token=other")), "nothing else compares the token"
    access = Access(TOKEN)
    access.ticket()
    monkeypatch.setattr(Access, "has_token", lambda *_: False)
    assert access.admits(asked("/?ticket=other")), "nothing else compares a ticket"


def test_a_ticket_opens_once_and_its_second_use_is_said(caplog: pytest.LogCaptureFixture) -> None:
    access = Access(TOKEN)
    ticket, other = access.ticket(), access.ticket()
    assert not access.has_token(asked(f"/?ticket={ticket}")), "it is not the token"
    assert access.admits(asked(f"/?ticket={ticket}")) and caplog.messages == []
    assert not access.admits(asked(f"/?ticket={ticket}"))
    (line,) = caplog.messages
    assert "used a second time" in line and "\n" not in line and ticket not in line and TOKEN not in line
    assert caplog.records[0].levelno == logging.WARNING, "shown on the terminal, whatever is configured"
    assert access.admits(asked(f"/?ticket={other}")), "each has its own use"


def test_a_ticket_that_never_was_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    assert not Access(TOKEN).admits(asked("/?ticket=guess")) and caplog.messages == []


def test_a_ticket_is_valid_for_two_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    access = Access(TOKEN)
    early, late = access.ticket(), access.ticket()
    now += 119.0
    assert access.admits(asked(f"/?ticket={early}"))
    now += 2.0
    assert not access.admits(asked(f"/?ticket={late}"))


def test_a_token_beside_a_ticket_leaves_the_ticket_for_later() -> None:
    access = Access(TOKEN)
    ticket = access.ticket()
    assert access.admits(asked(f"/?ticket={ticket}&token={TOKEN}")) and access.admits(asked(f"/?ticket={ticket}"))


def test_the_environment_may_give_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    assert token_from_environment() is None
    monkeypatch.setenv(TOKEN_VARIABLE, "Secret_-90123456")
    assert token_from_environment() == "Secret_-90123456"


@pytest.mark.parametrize(
    "token", ["", "short", "fifteen-letters", "with a space in it", "and/or&more=16chars", "ü" * 20]
)
def test_a_token_that_is_none_is_refused_without_being_shown(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, token)
    with pytest.raises(InputError, match=f"{TOKEN_VARIABLE} .* at least 16 characters") as refusal:
        token_from_environment()
    assert not token or token not in str(refusal.value)


def test_neither_form_of_an_access_shows_its_token() -> None:
    assert TOKEN not in repr(Access(TOKEN)) + str(Access(TOKEN))
