"""What becomes of a rule: it opens, is reminded of, is resolved, opens again; plain values, no clock, no warehouse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from alerts.rules import Rule

AGAIN = timedelta(days=30)  # within which a rule that was resolved opens again, not anew
OPENED, AGAIN_OPEN, REMINDED, RESOLVED = "opened", "opened again", "still open", "resolved"


@dataclass(frozen=True)
class Finding:
    """What a rule found. `is_bad` opens it, and it stays open while `lingers`; `key` tells one value from the next."""

    is_bad: bool
    text: str
    key: str
    lingers: bool = False
    page: str = "data_health"
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    months: tuple[date, date] | None = None


@dataclass(frozen=True)
class State:
    """How a rule stands, and what was last found."""

    is_open: bool = False
    opened_on: date | None = None
    said_on: date | None = None
    resolved_on: date | None = None
    checked_on: date | None = None
    text: str = ""
    key: str = ""
    link: str = ""
    page: str = ""


@dataclass(frozen=True)
class Snooze:
    """Silence until a day, that day excluded, or as long as the value stays."""

    until: date | None = None
    key: str | None = None

    def holds(self, today: date, key: str) -> bool:
        """Whether it is in force."""
        return (self.until is not None and today < self.until) or (self.key is not None and key == self.key)


def is_due(rule: Rule, state: State, today: date) -> bool:
    """Whether a rule is to be checked: with each refresh, or once in a day, week or month."""
    last = state.checked_on
    if last is None or rule.check == "refresh":
        return True
    parts = {"day": today, "week": today.isocalendar()[:2], "month": (today.year, today.month)}
    earlier = {"day": last, "week": last.isocalendar()[:2], "month": (last.year, last.month)}
    return parts[rule.check] != earlier[rule.check]


def advance(rule: Rule, state: State, found: Finding, today: date, snooze: Snooze | None = None) -> tuple[State, str]:
    """The state after a check, and what is to be said of it: one of the four words, or nothing."""
    silent = snooze is not None and snooze.holds(today, found.key)
    after = replace(state, checked_on=today, text=found.text, key=found.key)
    if not state.is_open:
        if not found.is_bad or silent:
            return after, ""
        is_again = state.resolved_on is not None and today - state.resolved_on <= AGAIN
        return replace(after, is_open=True, opened_on=today, said_on=today), AGAIN_OPEN if is_again else OPENED
    if not (found.is_bad or found.lingers):
        return replace(after, is_open=False, resolved_on=today, said_on=today), RESOLVED
    last = state.said_on or today
    if rule.remind and not silent and today - last >= timedelta(days=rule.remind):
        return replace(after, said_on=today), REMINDED
    return after, ""
