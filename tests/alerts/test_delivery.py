"""Messages arrive once: a receiver that is down, slow or refuses is told of, without a secret, and nobody gets two."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alerts import outbox
from alerts.outbox import Message, deliver, put
from alerts.rules import addressed
from tests.alerts.receivers import Hook, Mail, listening
from tests.conftest import free_port
from tests.loader.box import Box, make_box
from warehouse.connections import owner_connection
from warehouse.settings import Settings, load_settings

SECRETS = frozenset({"s3cret/word", "s3cret%2Fword"})
HOSTILE = '<b onclick="x">Ltd</b> [link](https://example.com) @everyone &amp; $x$'
STATES = "select target, status, tries, message from ops.alert_messages order by message_id"


@pytest.fixture(scope="module")
def box(server: dict[str, str]) -> Box:
    """A warehouse of its own."""
    return make_box(server, "tower_outbox")


@pytest.fixture
def tower(box: Box, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Its settings, with no message yet."""
    monkeypatch.setattr(outbox, "PAUSE", 0)
    monkeypatch.setattr(outbox, "ANSWER", 1)
    box.rows("truncate ops.alert_messages")
    return replace(load_settings(), warehouse="external", database_url=box.url)


@pytest.fixture
def hook() -> Iterator[Hook]:
    """A web hook."""
    with listening(Hook()) as found:
        yield found


@pytest.fixture
def mail() -> Iterator[Mail]:
    """A mail server."""
    with listening(Mail()) as found:
        yield found


def send(tower: Settings, urls: dict[str, str], *messages: Message) -> tuple[int, list[str]]:
    """Put messages, and deliver what waits."""
    with owner_connection(tower) as connection, connection, connection.cursor() as cursor:
        for message in messages:
            put(cursor, message)
    return deliver(tower, urls.get, SECRETS)


def to(target: str, body: str = "MRR fell", title: str = "Alerts", **rest: Any) -> Message:
    return Message("run 1", target, title, body, **rest)


def test_a_message_arrives_once_however_often_it_is_put(tower: Settings, box: Box, hook: Hook) -> None:
    for sent in (1, 0, 0):
        assert send(tower, {"team": hook.url}, to("team")) == (sent, [])
    assert [(got["title"], got["message"]) for got in hook.got] == [("Alerts", "MRR fell")]
    assert box.rows(STATES) == [("team", "sent", 1, "")]


def test_a_receiver_that_refuses_is_tried_again_and_others_get_theirs(tower: Settings, box: Box, hook: Hook) -> None:
    with listening(Hook()) as other:
        hook.statuses = [500, 500, 500]
        urls = {"team": hook.url, "finance": other.url}
        sent, troubles = send(tower, urls, to("team"), to("finance"))
        assert sent == 1 and len(troubles) == 1 and troubles[0].startswith("team: ") and "500" in troubles[0]
        assert send(tower, urls)[0] == 1
        assert (len(hook.got), len(other.got)) == (1, 1)
    assert box.rows(STATES)[0] == ("team", "sent", 4, "")


def test_a_receiver_that_is_down_gets_it_with_a_later_refresh(tower: Settings, box: Box, hook: Hook) -> None:
    down = {"team": f"json://user:s3cret%2Fword@127.0.0.1:{free_port()}/in"}
    _, [trouble] = send(tower, down, to("team"))
    assert "onnect" in trouble and "s3cret" not in trouble
    assert box.rows(STATES)[0][1:3] == ("failed", 2) and "s3cret" not in box.rows(STATES)[0][3]
    assert send(tower, {"team": hook.url}) == (1, [])
    assert len(hook.got) == 1


def test_after_six_tries_it_is_given_up(tower: Settings, box: Box, hook: Hook) -> None:
    hook.statuses = [503] * 9
    send(tower, {"team": hook.url}, to("team"))
    for _ in range(4):
        send(tower, {"team": hook.url})
    assert box.rows(STATES)[0][1:3] == ("failed", 6) and len(hook.statuses) == 3


def test_what_a_slow_receiver_may_have_got_is_not_sent_again(tower: Settings, box: Box, hook: Hook) -> None:
    hook.is_slow = True
    sent, [trouble] = send(tower, {"team": hook.url}, to("team"))
    assert sent == 0 and "it may have arrived, and is not sent again" in trouble
    hook.is_slow = False
    assert send(tower, {"team": hook.url}) == (0, [])
    assert len(hook.got) == 1 and box.rows(STATES)[0][1:3] == ("unanswered", 1)


@pytest.mark.parametrize(("word", "status", "arrived"), [("greeting", "failed", 0), ("taken", "unanswered", 1)])
def test_a_slow_mail_server_gets_again_only_what_it_cannot_have(
    tower: Settings, box: Box, mail: Mail, word: str, status: str, arrived: int
) -> None:
    mail.mute = {word}
    send(tower, {"ann": addressed(f"{mail.url}&cto=0.5", "ann@example.com")}, to("ann"))
    assert (box.rows(STATES)[0][1], len(mail.got)) == (status, arrived)


def test_what_was_under_way_when_the_process_was_killed_is_not_sent_again(
    tower: Settings, box: Box, hook: Hook
) -> None:
    send(tower, {}, to("team"))
    box.rows("update ops.alert_messages set status = 'sending'")
    assert send(tower, {"team": hook.url}) == (0, [])
    assert hook.got == [] and box.rows(STATES)[0][1] == "unanswered"


def test_a_target_that_is_no_more_is_said(tower: Settings) -> None:
    assert send(tower, {}, to("gone")) == (0, ["gone: alerts.yml names no such target"])


def test_text_from_data_is_text_in_a_mail_and_a_subject_has_one_line(tower: Settings, mail: Mail) -> None:
    url = addressed(f"{mail.url}&format=html", "ann@example.com")
    sent = send(tower, {"ann": url}, to("ann", HOSTILE, "Ltd\r\nBcc: eve@example.com\n<b>x</b>", attachment=b"%PDF-1"))
    assert sent == (1, [])
    [(receiver, message)] = mail.got
    assert receiver == "ann@example.com" and message["Bcc"] is None
    assert message["Subject"] == "Ltd Bcc: eve@example.com <b>x</b>"
    plain, html = (str(message.get_body((kind,)).get_content()) for kind in ("plain", "html"))  # type: ignore[attr-defined]
    assert HOSTILE.replace("@", "@\N{WORD JOINER}") in plain
    assert "&lt;b&nbsp;onclick=" in html and set(re.findall(r"<\w+", html)) <= {"<br"}
    [attached] = message.iter_attachments()  # type: ignore[attr-defined]
    assert (attached.get_filename(), attached.get_content()) == ("board-report.pdf", b"%PDF-1")


def test_an_attachment_is_kept_until_it_is_sent(tower: Settings, box: Box, mail: Mail) -> None:
    mail.refused = {"ann@example.com"}
    urls = {"ann": addressed(mail.url, "ann@example.com")}
    _, [trouble] = send(tower, urls, to("ann", attachment=b"%PDF-1"))
    assert trouble.startswith("ann: ") and mail.got == []
    mail.refused = set()
    assert send(tower, urls) == (1, [])
    assert box.rows("select attachment is null, status from ops.alert_messages") == [(True, "sent")]


def test_nothing_of_a_message_is_written_to_a_log(
    tower: Settings, hook: Hook, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    hook.statuses = [401, 401]
    send(tower, {"team": hook.url}, to("team"))
    assert "s3cret" not in caplog.text
