"""Service hours of company.yml: when somebody works, and whose clock runs all the time."""

from __future__ import annotations

import re

from company.nodes import List, Map, Node, Text, nearest, quoted
from company.profile import DAY, Holiday, ServiceHours
from company.values import choice, day, entry, fields, minute, name, plain, said, unique

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CLOCKS = {"always": True, "business": False}


def read_service_hours(node: Node, priorities: list[str]) -> ServiceHours:
    """Days, hours, holidays and the priorities' clocks; `priorities` are those that words declare, if it does."""
    entries = fields(node, ("days", "from", "to", "holidays", "priorities"), "service_hours")
    opens = entry(entries, "from", lambda time: minute(time, "from"), 0)
    closes = entry(entries, "to", lambda time: minute(time, "to"), DAY)
    if opens >= closes:
        place = entries.get("to", entries.get("from", node)).place
        raise place.mistake("service hours must begin before they end on the same day; mend `from` or `to`")
    return ServiceHours(
        entry(entries, "days", _weekdays, ServiceHours().weekdays),
        opens,
        closes,
        entry(entries, "holidays", _holidays, ()),
        entry(entries, "priorities", lambda clocks: _always(clocks, priorities), ()),
    )


def _weekdays(node: Node) -> tuple[int, ...]:
    """Weekdays from `mon-fri`, from `mon, wed` or from a list of both."""
    items = node.items if isinstance(node, List) else [node]
    found: set[int] = set()
    for item in items:
        for part in plain(item, "days").split(","):
            found |= _span(item, part)
    if not found:
        raise node.place.mistake("days names no day; write mon-fri, or remove it")
    return tuple(sorted(found))


def _span(node: Node, text: str) -> set[int]:
    """mon-fri as the numbers 1 to 5; sun-thu goes round the end of the week."""
    ends = [_weekday(node, part.strip()) for part in re.split("[-–]", text)]
    if len(ends) > 2:
        raise node.place.mistake(f"days cannot be {quoted(text)}; write one span such as mon-fri")
    return {(ends[0] - 1 + step) % 7 + 1 for step in range((ends[-1] - ends[0]) % 7 + 1)}


def _weekday(node: Node, text: str) -> int:
    known = [number for number, full in enumerate(WEEKDAYS, 1) if len(text) > 2 and full.startswith(text.casefold())]
    if not known:
        raise node.place.mistake(f"{quoted(text)} is no day of the week; {nearest(text, WEEKDAYS)}")
    return known[0]


def _holidays(node: Node) -> tuple[Holiday, ...]:
    """Holidays from a list of dates, or from dates with their names, in the order of days."""
    if isinstance(node, Map):
        titles = said(node)
        pairs = [(key, titles.get(text)) for text, key in node.keys.items()]
        found = [Holiday(day(key, "a holiday"), name(title, "a holiday") if title else None) for key, title in pairs]
        return tuple(sorted(found, key=lambda holiday: holiday.day))
    if not isinstance(node, List):
        raise node.place.mistake("holidays needs a list of dates, such as [2026-12-25]")
    texts = [Text(item.place, plain(item, "a holiday")) for item in node.items]
    unique((text.value, text) for text in texts)
    return tuple(Holiday(known) for known in sorted(day(text, "a holiday") for text in texts))


def _always(node: Node, known: list[str]) -> tuple[str, ...]:
    """The priorities whose clock never stops, from {P1: always, P2: business}."""
    if not isinstance(node, Map):
        raise node.place.mistake("priorities needs entries such as P1: always")
    for text, key in node.keys.items():
        name(key, "a priority")
        if known and text not in known:
            raise key.place.mistake(f"{quoted(text)} is none of the ticket_priorities in words; {nearest(text, known)}")
    clocks = {text: choice(value, CLOCKS, f"the clock of {text}") for text, value in said(node).items()}
    return tuple(text for text, is_always in clocks.items() if is_always)
