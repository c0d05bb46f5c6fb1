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


class Matter(IntEnum):
    """What a ticket is really about, whatever the company calls it."""

    BILLING = 0
    TECHNICAL = 1
    USAGE = 2
    ACCESS = 3
    FEEDBACK = 4


MATTERS = ("Billing & Payment", "Technical Issues", "Product Usage", "Account & Access", "General Feedback")


@dataclass(frozen=True)
class Cause:
    """A root cause, its severity, and how often it is one against the topic's others."""

    name: str
    severity: str
    weight: float = 1.0


@dataclass(frozen=True)
class Topic:
    """What the company files tickets under: what they are about, what it comes from, what a bad release adds to it."""

    name: str
    share: float
    matters: tuple[tuple[Matter, float], ...]
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
    pace: float = 1.0  # how long it takes against the promise: tight ones are hard to keep
    escalates: bool = False


@dataclass(frozen=True)
class SupportWords:
    """Support: topics, priorities from the most urgent on, channels with their shares."""

    topics: tuple[Topic, ...]
    priorities: tuple[Priority, ...]
    channels: tuple[tuple[str, float], ...]
    hours: ServiceHours | None = None  # None: day and night
    tells_status: bool = False  # writes the history of ticket statuses
