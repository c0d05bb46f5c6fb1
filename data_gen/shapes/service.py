"""What the product is and how customers are helped: modules, versions, events; topics, priorities, service hours."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from company.profile import ServiceHours


class EventKind(IntEnum):
    """What a user does, as the simulation knows it; each company has its own word."""

    LOGIN = 0
    USE = 1
    ACTIVATION = 2
    INVITE = 3
    EXPORT = 4
    ERROR = 5


@dataclass(frozen=True)
class Module:
    """A part of the product and the noun that its features are called by."""

    name: str
    noun: str


@dataclass(frozen=True)
class ProductWords:
    """The product's parts; each module has four features. One version breaks one feature."""

    modules: tuple[Module, ...]
    versions: tuple[str, ...]
    broken_version: str
    broken_feature: int
    broken_notes: str
    usual_notes: str
    events: tuple[str, ...]  # by kind of event
    roles: tuple[tuple[str, float], ...]  # of users, with their shares


@dataclass(frozen=True)
class Cause:
    """A root cause and its severity."""

    name: str
    severity: str


@dataclass(frozen=True)
class Topic:
    """What tickets are about: what people write, what it comes from, and what a bad release adds to it."""

    name: str
    share: float
    subjects: tuple[str, str, str]
    causes: tuple[Cause, ...]
    release_cause: Cause | None = None  # only one topic has it
    concerns_feature: bool = False


@dataclass(frozen=True)
class Priority:
    """How urgent a ticket is, and what the policy promises in hours."""

    name: str
    share: float
    response_hours: float
    resolution_hours: float
    escalates: bool = False


@dataclass(frozen=True)
class SupportWords:
    """Support: topics, priorities from the most urgent on, channels with their shares."""

    topics: tuple[Topic, ...]
    priorities: tuple[Priority, ...]
    channels: tuple[tuple[str, float], ...]
    text: str  # of a ticket; {subject} stands in it
    hours: ServiceHours | None = None  # None: day and night
    tells_status: bool = False  # writes the history of ticket statuses
