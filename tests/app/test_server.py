"""Streamlit's scripts travel packed, and are what they were once unpacked; everything else passes as it is."""

from __future__ import annotations

import asyncio
import gzip

from starlette.types import Message, Receive, Scope, Send

from app.server import Packed

SCRIPT = b"console.log('the same again');\n" * 200


class Origin:
    """Serves the script under every path, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in two parts, as files are sent."""
        self.asked += 1
        headers = [(b"content-type", b"text/javascript; charset=utf-8"), (b"content-length", b"%d" % len(SCRIPT))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": SCRIPT[:1000], "more_body": True})
        await send({"type": "http.response.body", "body": SCRIPT[1000:]})


def get(app: Packed, path: str, **headers: str) -> tuple[dict[bytes, bytes], bytes]:
    """Headers and body of an answer."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    asked = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: Scope = {"type": "http", "method": "GET", "path": path, "headers": asked}
    asyncio.run(app(scope, receive, send))
    return dict(sent[0]["headers"]), b"".join(message["body"] for message in sent[1:])


def test_a_script_is_packed_once_and_unpacks_to_itself() -> None:
    origin = Origin()
    app = Packed(origin)
    for _ in range(3):
        headers, body = get(app, "/static/js/Chart.js", accept_encoding="gzip, br")
        assert gzip.decompress(body) == SCRIPT
        assert (headers[b"content-encoding"], headers[b"vary"]) == (b"gzip", b"Accept-Encoding")
        assert int(headers[b"content-length"]) == len(body) < len(SCRIPT) / 10
    assert origin.asked == 1


def test_what_cannot_be_packed_passes_as_it_is() -> None:
    origin = Origin()
    app = Packed(origin)
    for path, headers in (
        ("/static/js/Chart.js", {}),
        ("/static/js/Chart.js", {"accept_encoding": "gzip", "range": "bytes=0-9"}),
        ("/static/js/Chart.js", {"accept_encoding": "gzip", "if_none_match": "x"}),
        ("/media/export.csv", {"accept_encoding": "gzip"}),
    ):
        said, body = get(app, path, **headers)
        assert body == SCRIPT and b"content-encoding" not in said
    assert origin.asked == 4
