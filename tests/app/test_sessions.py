"""Sessions that the server keeps: their ends, their tickets, and the cookie that a browser gets for one."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from starlette.requests import Request
from starlette.responses import Response

from app import sessions
from app.sessions import COOKIE, KEPT, Sessions, answer


def ask(method: str, **headers: str) -> Response:
    """What the server answers a browser."""
    sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": "/session", "headers": sent, "scheme": "http"}
    return asyncio.run(answer(Request(scope)))


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Sessions:
    """Sessions of this test alone, at second 1000."""
    monkeypatch.setattr(sessions, "SESSIONS", Sessions())
    monkeypatch.setattr(sessions, "time", SimpleNamespace(time=lambda: 1000.0))
    return sessions.SESSIONS


def test_a_session_ends_with_its_time(kept: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    name = kept.begin("secret")
    assert kept.holds(name, "secret") and not kept.holds("", "secret")
    monkeypatch.setattr(sessions, "time", SimpleNamespace(time=lambda: 1000.0 + KEPT))
    assert not kept.holds(name, "secret")


def test_a_ticket_gives_the_cookie_once_and_no_script_can_read_it(kept: Sessions) -> None:
    name = kept.begin("secret")
    ticket = kept.ticket(name)
    assert ticket != name
    given = ask("POST", x_ticket=ticket)
    assert given.status_code == 204 and given.headers["cache-control"] == "no-store"
    assert given.headers["set-cookie"] == f"{COOKIE}={name}; HttpOnly; Max-Age=43200; Path=/; SameSite=strict"
    for used in (ticket, "", "x"):
        again = ask("POST", x_ticket=used)
        assert again.status_code == 403 and "set-cookie" not in again.headers


def test_behind_tls_the_cookie_travels_by_tls_only(kept: Sessions) -> None:
    given = ask("POST", x_ticket=kept.ticket(kept.begin("secret")), x_forwarded_proto="https")
    assert given.headers["set-cookie"].endswith("; Secure")


def test_a_ticket_is_worth_nothing_late_or_for_a_session_that_ended(
    kept: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = kept.begin("secret")
    late, ended = kept.ticket(name), kept.ticket(kept.begin("secret"))
    kept.end(str(kept._tickets[ended][0]))
    assert ask("POST", x_ticket=ended).status_code == 403
    monkeypatch.setattr(sessions, "time", SimpleNamespace(time=lambda: 1060.0))
    assert ask("POST", x_ticket=late).status_code == 403


def test_giving_the_cookie_back_ends_its_session(kept: Sessions) -> None:
    name = kept.begin("secret")
    answered = ask("DELETE", cookie=f"{COOKIE}={name}")
    assert answered.status_code == 204 and 'tower_session=""' in answered.headers["set-cookie"]
    assert not kept.holds(name, "secret")
