"""Every answer of the dashboard tells the browser to load nothing from elsewhere and to be framed by nobody."""

from __future__ import annotations

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send
from streamlit import net_util
from streamlit.web.server import server_util

from app.guard import INLINE, PAGE, Guarded, headers


async def origin(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with a header that weakens ours."""
    given = [(b"X-Frame-Options", b"ALLOWALL"), (b"content-type", b"text/html")]
    await send({"type": "http.response.start", "status": 200, "headers": given})
    await send({"type": "http.response.body", "body": b"hello"})


def test_an_answer_carries_the_headers_once() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    asyncio.run(Guarded(origin)({"type": "http", "path": "/"}, receive, send))
    start, body = sent
    names = [name.lower() for name, _ in start["headers"]]
    assert len(names) == len(set(names)) and b"content-type" in names
    found = dict(start["headers"])
    assert (found[b"x-frame-options"], found[b"x-content-type-options"]) == (b"DENY", b"nosniff")
    assert b"frame-ancestors 'none'" in found[b"content-security-policy"]
    assert body["body"] == b"hello"


def test_only_the_scripts_that_are_named_may_stand_in_a_page() -> None:
    policy = headers(["alert(1)"])[b"content-security-policy"].decode()
    (scripts,) = [rule for rule in policy.split("; ") if rule.startswith("script-src ")]
    # echo -n 'alert(1)' | openssl dgst -sha256 -binary | base64
    assert scripts == "script-src 'self' blob: 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"
    assert "unsafe-eval" not in policy and "http" not in policy


def test_no_visitor_makes_the_server_ask_another_host(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(*_: object, **__: object) -> None:
        raise AssertionError("another host is asked")

    monkeypatch.setattr(net_util, "_make_blocking_http_get", ask)
    assert not server_util.is_url_from_allowed_origins("https://elsewhere.example")


def test_the_scripts_of_streamlits_page_are_found() -> None:
    assert INLINE.findall(PAGE.read_text(encoding="utf-8"))
