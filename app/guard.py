"""What each answer tells the browser: to load nothing from elsewhere, to be framed by nobody and to guess no types.

Nor does the server ask another host: Streamlit would ask for its address in the internet.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

import streamlit
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import net_util

from app.sign_in import SCRIPT

PAGE = Path(streamlit.__file__).parent / "static" / "index.html"
INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


net_util.get_external_ip = lambda: None  # as it starts, and for each visitor who comes from another page


class Guarded:
    """ASGI middleware: puts the headers of `headers` on every answer, instead of any of the same name."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.own = headers([*INLINE.findall(PAGE.read_text(encoding="utf-8")), SCRIPT])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the others answer, and add the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = [(name, value) for name, value in message["headers"] if name.lower() not in self.own]
                message["headers"] = given + list(self.own.items())
            await send(message)

        await self.app(scope, receive, guarded)


def headers(scripts: Iterable[str]) -> dict[bytes, bytes]:
    """The headers, which let a page run just these scripts beside those of our own files.

    Styles may stand in the page, and scripts be blobs: Streamlit makes them so, the scripts of components too.
    """
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", "blob:", *(f"'sha256-{value}'" for value in hashes)]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return {
        b"content-security-policy": "; ".join(f"{name} {value}" for name, value in rules.items()).encode(),
        b"x-content-type-options": b"nosniff",
        b"x-frame-options": b"DENY",
        b"referrer-policy": b"same-origin",
        b"cross-origin-opener-policy": b"same-origin",
        b"permissions-policy": b"camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }
