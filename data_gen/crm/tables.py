"""Writes crm/*."""

from __future__ import annotations

from data_gen.billing.book import Billing
from data_gen.crm.activities import write_activities
from data_gen.crm.deals import draw_deals
from data_gen.crm.directory import hire, write_accounts, write_contacts, write_reps
from data_gen.crm.names import draw_names
from data_gen.crm.stages import write_deals
from data_gen.crm.targets import write_targets
from data_gen.writer import Folder


def write(billing: Billing, folder: Folder) -> None:
    """Write every table of crm."""
    plan, rng = billing.plan, billing.plan.rng(4)
    teams = hire(plan)
    names = draw_names(plan.shape.names.locale, plan.seed, teams.size)
    write_reps(plan, rng, names, teams, folder)
    write_accounts(billing, rng, names, teams, folder)
    contacts = write_contacts(billing.population, rng, names, folder)
    deals = draw_deals(billing, rng, teams)
    contact = write_deals(plan, rng, deals, contacts, folder)
    write_activities(plan, rng, deals, contact, folder)
    write_targets(billing, rng, deals, folder)
