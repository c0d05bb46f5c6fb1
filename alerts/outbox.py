"""Messages on their way: written once for each target, sent one by one, tried again when refused, never sent twice."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from warehouse.connections import autocommit
from warehouse.settings import Settings

MOST = 6  # tries of a message, over as many refreshes as it takes
TRIES, PAUSE = 2, 5.0  # tries in one run, and the seconds between them
ANSWER = 30  # seconds that a receiver has to answer
MENTIONS = re.compile(r"@(?=everyone|here|channel|all\b)", re.IGNORECASE)
NO_ANSWER = re.compile(r"Read timed out|closed: timed out; Sending email")  # of a receiver that has the message
REPORT = "board-report.pdf"
DUE = """
    select message_id, target, title, body, attachment from ops.alert_messages
    where status = 'waiting' or (status = 'failed' and tries < %s) order by message_id
"""
LATE = "the process ended while it was sent; it may have arrived, and is not sent again"
SILENT = f"no answer within {ANSWER} s; it may have arrived, and is not sent again"


@dataclass(frozen=True)
class Message:
    """What one target gets. Of one `key` it gets one message, however often it is put."""

    key: str
    target: str
    title: str
    body: str
    attachment: bytes | None = None


def put(cursor: Any, message: Message) -> None:
    """Write a message that is to be sent, unless its target has that one."""
    cursor.execute(
        "insert into ops.alert_messages (message_key, target, created_at, title, body, attachment, status) "
        "values (%s, %s, %s, %s, %s, %s, 'waiting') on conflict (message_key, target) do nothing",
        (message.key, message.target, _now(), one_line(message.title), message.body, message.attachment),
    )


def one_line(text: str) -> str:
    """A subject: no line ends, and no longer than one is shown."""
    return " ".join(text.split())[:200]


def deliver(
    settings: Settings, address_of: Callable[[str], str | None], secrets: frozenset[str] = frozenset()
) -> tuple[int, list[str]]:
    """Send what waits; returns how many arrived, and a sentence for each that did not.

    `address_of` gives a target's address, None for one that is there no more. `secrets` are in no sentence.
    """
    sent, troubles = 0, []
    with autocommit(settings.owner()) as cursor:
        cursor.execute(
            "update ops.alert_messages set status = 'unanswered', message = %s where status = 'sending'", (LATE,)
        )
        cursor.execute(DUE, (MOST,))
        for number, target, title, body, attachment in cursor.fetchall():
            status, why = _send(cursor, number, address_of(target), Message("", target, title, body, attachment))
            sent += status == "sent"
            if status != "sent":
                why = _masked(why, secrets)
                troubles.append(f"{target}: {why}")
            cursor.execute(
                "update ops.alert_messages set status = %s, message = %s, sent_at = %s, "
                "attachment = case when %s then null else attachment end where message_id = %s",
                (status, why[:4000], _now() if status == "sent" else None, status == "sent", number),
            )
    return sent, troubles


def _send(cursor: Any, number: int, url: str | None, message: Message) -> tuple[str, str]:
    """Try to send; returns the status and why it is not sent. What may have arrived is not tried again."""
    if url is None:
        return "failed", "alerts.yml names no such target"
    why = ""
    for attempt in range(TRIES):
        if attempt:
            time.sleep(PAUSE)
        cursor.execute(
            "update ops.alert_messages set status = 'sending', tries = tries + 1 where message_id = %s", (number,)
        )
        arrived, why = _notify(url, message)
        if arrived:
            return "sent", ""
        if NO_ANSWER.search(why):
            return "unanswered", SILENT
    return "failed", why


def _notify(url: str, message: Message) -> tuple[bool, str]:
    """Hand a message to Apprise; returns whether it arrived, and else what Apprise says."""
    from apprise import Apprise, AppriseAttachment, NotifyFormat
    from apprise.attachment.memory import AttachMemory

    patient = "" if "rto=" in url else f"{'&' if '?' in url else '?'}rto={ANSWER}"
    server = Apprise.instantiate(url + patient)
    if server is None:
        return False, "its address is none that Apprise knows"
    attached = None
    if message.attachment is not None:
        attached = AppriseAttachment()
        attached.add(AttachMemory(bytes(message.attachment), name=REPORT, mimetype="application/pdf"))
    with _heard() as said:
        apprise = Apprise(services=[server])
        arrived = apprise.notify(
            title=message.title,
            body=MENTIONS.sub("@\N{WORD JOINER}", message.body),
            body_format=NotifyFormat.TEXT,
            attach=attached,
        )
    return bool(arrived), "; ".join(dict.fromkeys(said)) or "it was refused without a word"


@contextmanager
def _heard() -> Iterator[list[str]]:
    """What Apprise says of a failure meanwhile; its logger passes it to nobody else."""
    said: list[str] = []

    class Ear(logging.Handler):
        """Keeps warnings, and what a connection failed of."""

        def emit(self, record: logging.LogRecord) -> None:
            """Take a record."""
            text = " ".join(record.getMessage().split())
            if record.levelno >= logging.WARNING or text.startswith("Socket Exception"):
                said.append(text[:500])

    log, ear = logging.getLogger("apprise"), Ear()
    before = log.level, log.propagate
    log.addHandler(ear)
    log.setLevel(logging.DEBUG)
    log.propagate = False
    try:
        yield said
    finally:
        log.removeHandler(ear)
        log.level, log.propagate = before


def _masked(text: str, secrets: frozenset[str]) -> str:
    """A sentence without secrets, and without the path of an address, which often is one."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "****")
    return re.sub(r"(\w+://)[^/\s]*@|(?<=url: )/\S+", lambda found: f"{found[1] or ''}****", text)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
