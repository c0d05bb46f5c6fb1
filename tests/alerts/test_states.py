"""A rule opens once and is resolved once; reminders and silence keep their days; it is due by the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from alerts.rules import Rule
from alerts.states import Finding, Snooze, State, advance, is_due

RULE = Rule("r", remind=7)
FIRST = date(2026, 3, 1)


def replay(days: str, rule: Rule = RULE, snoozes: dict[int, Snooze] | None = None) -> list[tuple[int, str]]:
    """What is said of each day: `!` is bad, `~` lingers, `.` is fine; all bad days have one value."""
    state, said, snooze = State(), [], None
    for day, sign in enumerate(days):
        snooze = (snoozes or {}).get(day, snooze)
        found = Finding(sign == "!", sign, sign, lingers=sign == "~")
        state, word = advance(rule, state, found, FIRST + timedelta(days=day), snooze)
        said += [(day, word)] if word else []
    return said


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ("....", []),
        (".!!.", [(1, "opened"), (3, "resolved")]),
        (".!~!~.", [(1, "opened"), (5, "resolved")]),  # what lingers neither resolves
        (".~.", []),  # nor opens
        ("!.!.", [(0, "opened"), (1, "resolved"), (2, "opened again"), (3, "resolved")]),
        ("!." + "." * 29 + "!", [(0, "opened"), (1, "resolved"), (31, "opened again")]),
        ("!." + "." * 30 + "!", [(0, "opened"), (1, "resolved"), (32, "opened")]),
        ("!" * 16, [(0, "opened"), (7, "still open"), (14, "still open")]),
    ],
)
def test_a_rule_is_told_of_when_something_becomes_of_it(days: str, said: list[tuple[int, str]]) -> None:
    assert replay(days) == said


def test_without_reminders_only_the_ends_are_told() -> None:
    assert replay("!" * 30 + ".", Rule("r", remind=0)) == [(0, "opened"), (30, "resolved")]


def test_silence_until_a_day_holds_back_the_opening_and_reminders_not_the_end() -> None:
    until = Snooze(until=FIRST + timedelta(days=5))
    assert replay("!!!!!!!.", snoozes={0: until}) == [(5, "opened"), (7, "resolved")]
    late = Snooze(until=FIRST + timedelta(days=10))
    assert replay("!" * 12 + ".", snoozes={3: late}) == [(0, "opened"), (10, "still open"), (12, "resolved")]
    assert replay("!" * 4 + ".", snoozes={1: late}) == [(0, "opened"), (4, "resolved")]


def test_silence_until_the_next_value_ends_with_it() -> None:
    assert replay("!!!", snoozes={0: Snooze(key="!")}) == []
    assert replay("!!.!", snoozes={0: Snooze(key="?")}) == [(0, "opened"), (2, "resolved"), (3, "opened again")]
    assert replay("!!", snoozes={0: Snooze()}) == [(0, "opened")]  # taken back


@pytest.mark.parametrize(
    ("check", "last", "due"),
    [
        ("refresh", date(2026, 3, 31), True),
        ("day", date(2026, 3, 31), False),
        ("day", date(2026, 3, 30), True),
        ("week", date(2026, 3, 30), False),  # Monday of the same week
        ("week", date(2026, 3, 29), True),
        ("month", date(2026, 3, 1), False),
        ("month", date(2026, 2, 28), True),
        ("month", date(2025, 3, 31), True),
    ],
)
def test_a_rule_is_checked_as_often_as_it_says(check: str, last: date, due: bool) -> None:
    assert is_due(Rule("r", check=check), State(checked_on=last), date(2026, 3, 31)) is due
    assert is_due(Rule("r", check=check), State(), date(2026, 3, 31))
