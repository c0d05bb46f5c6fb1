"""Receivers on this machine: a web hook and a mail server, which can refuse, be slow, or be down."""

from __future__ import annotations

import email
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import Message
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

NEVER = 60.0


class Hook(ThreadingHTTPServer):
    """Takes what is posted; answers with the statuses that it is given, then with 200."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.statuses: list[int] = []
        self.is_slow = False
        self.done = threading.Event()
        super().__init__(("127.0.0.1", 0), _Post)

    @property
    def url(self) -> str:
        """Its address, with a password in it."""
        return f"json://user:s3cret%2Fword@127.0.0.1:{self.server_address[1]}/in"


class _Post(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        if status == 200:
            self.server.got.append(json.loads(body))
        if self.server.is_slow:
            self.server.done.wait(NEVER)
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Mail(socketserver.ThreadingTCPServer):
    """Takes mail by SMTP (RFC 5321); `refused` are receivers that it does not know."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        self.got: list[tuple[str, Message]] = []
        self.mute: set[str] = set()  # before which word it falls silent: greeting, taken
        self.done = threading.Event()
        self.refused: set[str] = set()
        super().__init__(("127.0.0.1", 0), _Talk)

    @property
    def url(self) -> str:
        """Its address, without a receiver."""
        return f"mailto://127.0.0.1:{self.server_address[1]}?from=tower@example.com&mode=insecure"


class _Talk(socketserver.StreamRequestHandler):
    server: Mail

    def handle(self) -> None:
        self._pause("greeting")
        self._say("220 here")
        to = ""
        for raw in self.rfile:
            line = raw.decode().strip()
            command = line[:4].upper()
            if command == "RCPT":
                to = line.partition("<")[2].partition(">")[0]
                self._say("550 nobody of that name" if to in self.server.refused else "250 ok")
            elif command == "DATA":
                self._say("354 go on")
                self.server.got.append((to, email.message_from_bytes(self._content(), policy=default)))
                self._pause("taken")
                self._say("250 ok")
            elif command == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _content(self) -> bytes:
        lines = []
        for raw in self.rfile:
            if raw == b".\r\n":
                break
            lines.append(raw[1:] if raw.startswith(b"..") else raw)
        return b"".join(lines)

    def _pause(self, word: str) -> None:
        if word in self.server.mute:
            self.server.done.wait(NEVER)

    def _say(self, line: str) -> None:
        with suppress(OSError):  # who asked has gone
            self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def listening(server: Any) -> Iterator[Any]:
    """A receiver while it listens."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.done.set()
        server.shutdown()
        server.server_close()
        thread.join()
