"""Sessions of those who signed in with the password: the server keeps them, a browser holds only a random name.

A browser gets that name as a cookie that no script can read: the page hands it a ticket, which it changes at PATH.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass, field
from threading import Lock

from starlette.requests import Request
from starlette.responses import Response

COOKIE = "tower_session"
PATH = "/session"
TICKET = "x-ticket"  # a header of our own: no page of another site may send it
KEPT, TICKET_KEPT = 12 * 3600, 60  # seconds that a session and a ticket hold


@dataclass(frozen=True)
class Session:
    """Until when, by the clock, and with which password, as a keyed hash."""

    ends: float
    proof: bytes


@dataclass
class Sessions:
    """The open sessions by their names, and the tickets that stand for one of them."""

    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    _open: dict[str, Session] = field(default_factory=dict)
    _tickets: dict[str, tuple[str, float]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def begin(self, password: str) -> str:
        """A new session of whoever knows the password; returns its name."""
        now, name = time.time(), secrets.token_urlsafe(32)
        with self._lock:
            self._open = {name: held for name, held in self._open.items() if held.ends > now}
            self._open[name] = Session(now + KEPT, self._proof(password))
        return name

    def holds(self, name: str, password: str) -> bool:
        """Whether a session is open; one that began with another password ends here."""
        with self._lock:
            held = self._open.get(name)
            if held and held.ends > time.time() and hmac.compare_digest(held.proof, self._proof(password)):
                return True
            self._open.pop(name, None)
            return False

    def end(self, name: str) -> None:
        """Close a session for every tab, and for every copy of its cookie."""
        with self._lock:
            self._open.pop(name, None)

    def ticket(self, name: str) -> str:
        """What a browser can change, once and soon, for the cookie of a session."""
        now, made = time.time(), secrets.token_urlsafe(32)
        with self._lock:
            self._tickets = {ticket: held for ticket, held in self._tickets.items() if held[1] > now}
            self._tickets[made] = (name, now + TICKET_KEPT)
        return made

    def redeem(self, ticket: str) -> str | None:
        """The session that a ticket stands for."""
        with self._lock:
            name, ends = self._tickets.pop(ticket, ("", 0.0))
            return name if ends > time.time() and name in self._open else None

    def _proof(self, password: str) -> bytes:
        return hmac.new(self._key, password.encode(), hashlib.sha256).digest()


SESSIONS = Sessions()


async def answer(request: Request) -> Response:
    """POST with a ticket gives the cookie of its session; DELETE ends the session of the cookie and takes it back."""
    response = Response(status_code=204, headers={"cache-control": "no-store"})
    if request.method == "DELETE":
        SESSIONS.end(request.cookies.get(COOKIE, ""))
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return response
    name = SESSIONS.redeem(request.headers.get(TICKET, ""))
    if name is None:
        return Response(status_code=403)
    is_secure = "https" in (request.url.scheme, request.headers.get("x-forwarded-proto"))
    response.set_cookie(COOKIE, name, max_age=KEPT, secure=is_secure, httponly=True, samesite="strict")
    return response
