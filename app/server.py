"""The web server of the dashboard: Streamlit's own, its scripts and styles packed on their way, each answer guarded.

`streamlit run app/server.py` runs it as Streamlit's own settings say; `python -m app` starts it as those of .env say.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import streamlit as st
from anyio import to_thread
from starlette.middleware import Middleware
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.guard import Guarded
from app.sessions import PATH, answer

STATIC = "/static/"  # where Streamlit serves its scripts and styles: named by their content, the same until an update
TEXT = (b"text/", b"application/javascript", b"application/json", b"image/svg+xml")
SMALLEST = 1000  # bytes; packing less saves nothing


class Packed:
    """ASGI middleware: gzips Streamlit's static files once and keeps them, where a browser asks for gzip.

    Streamlit leaves them as they are, for a proxy to pack; most dashboards here have none before them.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.kept: dict[str, list[Message]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what is kept, or let Streamlit answer and pack it."""
        if not _can_be_packed(scope):
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        if path not in self.kept:
            answer: list[Message] = []

            async def collect(message: MutableMapping[str, Any]) -> None:
                answer.append(message)

            await self.app(scope, receive, collect)
            packed = await to_thread.run_sync(_packed, answer)
            if packed is None:
                for message in answer:
                    await send(message)
                return
            self.kept[path] = packed
        for message in self.kept[path]:
            await send(message)


def _can_be_packed(scope: Scope) -> bool:
    """A plain request for a static file, by a browser that unpacks gzip and asks for all of it."""
    if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(STATIC):
        return False
    headers = dict(scope["headers"])
    in_part = {b"range", b"if-none-match", b"if-modified-since"} & headers.keys()
    return b"gzip" in headers.get(b"accept-encoding", b"") and not in_part


def _packed(answer: list[Message]) -> list[Message] | None:
    """The messages of an answer with its body in gzip; None where that is no use."""
    start, *parts = answer
    body = b"".join(part.get("body", b"") for part in parts)
    headers = dict(start["headers"])
    is_text = headers.get(b"content-type", b"").startswith(TEXT)
    if start["status"] != 200 or not is_text or b"content-encoding" in headers or len(body) < SMALLEST:
        return None
    small = gzip.compress(body, mtime=0)
    headers |= {b"content-encoding": b"gzip", b"content-length": str(len(small)).encode(), b"vary": b"Accept-Encoding"}
    return [
        {"type": "http.response.start", "status": 200, "headers": list(headers.items())},
        {"type": "http.response.body", "body": small},
    ]


app = st.App(
    Path(__file__).with_name("main.py"),
    routes=[Route(PATH, answer, methods=["POST", "DELETE"])],
    middleware=[Middleware(Guarded), Middleware(Packed)],
)
