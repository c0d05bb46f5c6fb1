"""Writes product/*."""

from __future__ import annotations

from collections.abc import Callable

from data_gen.billing.book import Billing
from data_gen.product.catalogue import write_catalogue
from data_gen.product.events import write_events
from data_gen.product.users import Users, write_users
from data_gen.writer import Folder


def write(billing: Billing, folder: Folder, advance: Callable[[], None]) -> Users:
    """Write every table of product; `advance` is called after each month of events."""
    rng = billing.plan.rng(5)
    write_catalogue(billing.plan, folder)
    users = write_users(billing, rng, folder)
    write_events(billing, rng, users, folder, advance)
    return users
