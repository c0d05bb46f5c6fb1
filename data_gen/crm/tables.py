"""Writes crm/*."""

from __future__ import annotations

from faker import Faker

from data_gen.billing.book import Billing
from data_gen.crm.activities import write_activities
from data_gen.crm.deals import draw_deals
from data_gen.crm.directory import write_accounts, write_contacts, write_reps
from data_gen.crm.stages import write_deals
from data_gen.crm.targets import write_targets
from data_gen.writer import Folder


def write(billing: Billing, folder: Folder) -> None:
    """Write every table of crm."""
    rng, shape = billing.plan.rng(4), billing.shape
    fake = Faker(shape.names.locale)
    fake.seed_instance(billing.plan.seed)
    teams = write_reps(billing.plan, rng, fake, folder)
    write_accounts(billing, rng, fake, teams, folder)
    contacts = write_contacts(billing.population, rng, fake, folder)
    deals = draw_deals(billing, rng, teams)
    contact = write_deals(billing.plan, rng, deals, contacts, folder)
    write_activities(billing.plan, rng, deals, contact, folder)
    write_targets(billing, rng, deals, folder)
