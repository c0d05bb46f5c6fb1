"""Writes support/*."""

from __future__ import annotations

import numpy as np

from data_gen.billing.book import Billing
from data_gen.product.users import Users
from data_gen.shapes.service import SupportWords
from data_gen.support.tickets import causes_of, write_tickets
from data_gen.writer import Folder, ids, labels, money


def write(billing: Billing, users: Users, folder: Folder) -> None:
    """Write every table of support."""
    words = billing.shape.support
    _write_causes(words, folder)
    _write_policies(words, folder)
    write_tickets(billing, billing.plan.rng(6), users, folder)


def _write_causes(words: SupportWords, folder: Folder) -> None:
    causes = [(place, cause) for place, topic in enumerate(words.topics) for cause in causes_of(topic)]
    n = np.arange(len(causes))
    folder.write(
        "support/root_causes",
        {
            "root_cause_id": ids("RC", n + 1, 2),
            "root_cause_name": labels([cause.name for _, cause in causes], n),
            "category": labels([topic.name for topic in words.topics], [place for place, _ in causes]),
            "severity": labels([cause.severity for _, cause in causes], n),
        },
    )


def _write_policies(words: SupportWords, folder: Folder) -> None:
    priorities = words.priorities
    folder.write(
        "support/sla_policies",
        {
            "priority": labels([p.name for p in priorities], range(len(priorities))),
            "first_response_hours": money([round(p.response_hours * 100) for p in priorities]),
            "resolution_hours": money([round(p.resolution_hours * 100) for p in priorities]),
        },
    )
