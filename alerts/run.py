"""One check of all rules: what they find, what becomes of them, and what is said of it to whom."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from alerts.findings import Moment, Now, find, look
from alerts.outbox import Message, deliver, put
from alerts.rules import Alerts, Rule, addressed, read_alerts
from alerts.states import Finding, Snooze, State, advance, is_due
from metrics.catalogue import catalogue
from metrics.sources import count
from warehouse.access import read_access
from warehouse.connections import owner_connection
from warehouse.errors import TowerError
from warehouse.settings import Settings, read_env_file

# where the dashboard is, and what is shown there: an address, and the filters that the page there does not know
Link = Callable[[str, Finding], tuple[str, tuple[str, ...]]]
Digest = Callable[[str | None], tuple[str, bytes]]  # a scope's login role: the memo and the board report
NOTHING_YET = "nothing is published yet"
FIELDS = ("is_open", "opened_on", "said_on", "resolved_on", "checked_on", "finding", "finding_key", "link", "page")


@dataclass(frozen=True)
class Doors:
    """What alerts show of the dashboard and the memo."""

    link: Link
    digest: Digest


@dataclass(frozen=True)
class Event:
    """What is to be said of a rule."""

    rule: Rule
    word: str
    state: State
    note: str = ""  # on what the link leads to

    @property
    def text(self) -> str:
        """In lines: the rule and what became of it, what was found, and where to look."""
        lines = (f"{self.rule.name}: {self.word}", self.state.text, self.state.link, self.note)
        return "\n".join(line for line in lines if line)


@dataclass(frozen=True)
class Checked:
    """What a check comes to."""

    states: dict[str, State]
    events: list[Event]
    messages: list[Message]


def read(settings: Settings, is_shown: bool) -> Alerts:
    """alerts.yml, with the secrets of .env and the environment. Raises TowerError with the place of a mistake."""
    if not settings.alerts_file.exists():
        return Alerts()
    known = catalogue() if is_shown else None
    return read_alerts(settings.alerts_file, known, read_env_file(settings.root / ".env") | dict(os.environ))


def check(settings: Settings, doors: Doors, run: str, failure: str = "") -> str:
    """Check every rule that is due, keep what became of it, and send what is to be said; returns what was done.

    `run` names the refresh, of which nobody gets two messages; `failure` is why it failed. Raises TowerError for a
    mistake in alerts.yml; what cannot be delivered is said, and tried again with the next check.
    """
    now = look(failure)
    alerts = read(settings, isinstance(now, Now))
    checked = judge(settings, alerts, doors, now, run)
    with owner_connection(settings) as connection, connection, connection.cursor() as cursor:
        _keep(cursor, checked.states, [rule.name for rule in alerts.rules])
        for message in checked.messages:
            put(cursor, message)
    troubles = []
    try:
        if isinstance(now, Now):
            _put_digests(settings, alerts, doors, now)
    except TowerError as error:
        troubles.append(str(error))
    sent, lost = deliver(settings, lambda target: address_of(alerts, target), alerts.secrets)
    lines = [f"{len(checked.states)} of {count(len(alerts.rules), 'rule')} checked"]
    lines += [f"{event.rule.name} {event.word}" for event in checked.events]
    lines += [] if isinstance(now, Now) else [NOTHING_YET]
    lines += [f"{count(sent, 'message')} sent", *(f"not sent: {trouble}" for trouble in [*troubles, *lost])]
    return "; ".join(lines)


def rehearse(settings: Settings, doors: Doors) -> list[str]:
    """What a check would send now, in lines; nothing is kept and nothing sent."""
    now = look()
    alerts = read(settings, isinstance(now, Now))
    checked = judge(settings, alerts, doors, now, "")
    lines = [f"{settings.alerts_file.name}: {count(len(alerts.rules), 'rule')}, {count(len(alerts.targets), 'target')}"]
    for rule in alerts.rules:
        state = checked.states.get(rule.name)
        stands = "not checked now, or nothing is known" if state is None else "open" if state.is_open else "quiet"
        lines.append(f"{rule.name}: {stands}" + (f": {state.text}" if state else ""))
    for message in checked.messages:
        lines += ["", f"to {message.target}: {message.title}", message.body]
    due = due_digests(settings, alerts, now) if isinstance(now, Now) else []
    lines += [f"to {person}: board report and memo ({key})" for key, person, _ in due]
    return lines if checked.messages else [*lines, "no message would be sent"]


def judge(settings: Settings, alerts: Alerts, doors: Doors, now: Moment, run: str) -> Checked:
    """What a check of the rules comes to, which changes nothing and sends nothing."""
    with owner_connection(settings) as connection, connection.cursor() as cursor:
        known, snoozes = _known(cursor), _snoozes(cursor)
    base = alerts.link or f"http://localhost:{settings.app_port}"
    states: dict[str, State] = {}
    events: list[Event] = []
    for rule in alerts.rules:
        before = known.get(rule.name, State())
        found = find(rule, now) if is_due(rule, before, now.today) else None
        if found is None:
            continue
        after, word = advance(rule, before, found, now.today, snoozes.get(rule.name))
        link, lost = doors.link(base, found)
        states[rule.name] = replace(after, link=link, page=found.page)
        events += [Event(rule, word, states[rule.name], now.without(lost))] if word else []
    return Checked(states, events, _messages(alerts, now, events, run))


def address_of(alerts: Alerts, target: str) -> str | None:
    """The address of a target, as its messages name it; None for one that alerts.yml does not name."""
    if "@" in target and any(target in people for people in alerts.digests.to.values()):
        return addressed(alerts.digests.through, target)
    title, _, number = target.rpartition(" #")
    urls = alerts.targets.get(title, ())
    return urls[int(number) - 1] if number.isdigit() and 0 < int(number) <= len(urls) else None


def _messages(alerts: Alerts, now: Moment, events: list[Event], run: str) -> list[Message]:
    """One message for each address, with all that is to be said to it."""
    found = []
    for title, urls in alerts.targets.items():
        mine = [event for event in events if title in event.rule.to]
        if not mine:
            continue
        body = "\n\n".join(event.text for event in mine) + f"\n\n{now.data}"
        subject = f"{now.whose}: " + ", ".join(f"{e.rule.name} {e.word}" for e in mine)
        found += [Message(f"run {run}", f"{title} #{place}", subject, body) for place in range(1, len(urls) + 1)]
    return found


def due_digests(settings: Settings, alerts: Alerts, now: Now) -> list[tuple[str, str, str | None]]:
    """The receivers whose week or month has begun: the message's key, the address, the login role of its row scope.

    Raises TowerError for an address that access.yml lets see nothing.
    """
    found = []
    access = read_access(settings.access_file) if alerts.digests.to else None
    for every, people in alerts.digests.to.items():
        year, week, _ = now.today.isocalendar()
        key = f"digest {year}-W{week:02}" if every == "week" else f"digest {now.today:%Y-%m}"
        for person in people:
            if access is None or _has(settings, key, person):
                continue
            scope = access.scope(person)
            if scope is None:
                raise TowerError(f"digests: access.yml lets {person} see nothing; name the address there")
            found.append((key, person, scope.role(settings.database_name)))
    return found


def _put_digests(settings: Settings, alerts: Alerts, doors: Doors, now: Now) -> None:
    """Write the report and the memo for each receiver, made once for each scope."""
    made: dict[str | None, tuple[str, bytes]] = {}
    title = f"{now.whose}: board report, as of {now.as_of:%-d %b %Y}"
    for key, person, role in due_digests(settings, alerts, now):
        if role not in made:
            made[role] = doors.digest(role)
        with owner_connection(settings) as connection, connection, connection.cursor() as cursor:
            put(cursor, Message(key, person, title, *made[role]))


def _has(settings: Settings, key: str, target: str) -> bool:
    with owner_connection(settings) as connection, connection.cursor() as cursor:
        cursor.execute("select 1 from ops.alert_messages where message_key = %s and target = %s", (key, target))
        return cursor.fetchone() is not None


def _known(cursor: Any) -> dict[str, State]:
    cursor.execute(f"select rule, {', '.join(FIELDS)} from ops.alert_states")
    return {rule: State(*rest) for rule, *rest in cursor.fetchall()}


def _snoozes(cursor: Any) -> dict[str, Snooze]:
    """The last word on each rule."""
    cursor.execute(
        "select distinct on (rule) rule, until, finding_key from ops.alert_snoozes order by rule, snooze_id desc"
    )
    return {rule: Snooze(until, key) for rule, until, key in cursor.fetchall()}


def _keep(cursor: Any, states: Mapping[str, State], names: list[str]) -> None:
    """Write the states, and forget the rules that are no more."""
    cursor.execute("delete from ops.alert_states where not rule = any(%s)", (names,))
    for rule, state in states.items():
        values = (state.is_open, state.opened_on, state.said_on, state.resolved_on, state.checked_on)
        row = (rule, *values, state.text[:4000], state.key[:255], state.link[:4000], state.page)
        cursor.execute(
            f"insert into ops.alert_states (rule, {', '.join(FIELDS)}) values ({', '.join(['%s'] * len(row))}) "
            f"on conflict (rule) do update set {', '.join(f'{name} = excluded.{name}' for name in FIELDS)}",
            row,
        )
