"""Writes who is known: crm/sales_reps, crm/accounts and crm/contacts."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data_gen.arrays import NONE, Floats, Ints, floats, ints, repeat_index
from data_gen.billing.book import Billing
from data_gen.clock import DAY
from data_gen.crm.names import Names
from data_gen.plan import Plan
from data_gen.population import Population
from data_gen.shapes.shape import Shape
from data_gen.writer import Folder, flags, ids, labels, money, times, whole

ROLES = ["account_executive", "account_manager"]
STATUSES = ["customer", "trial", "churned", "prospect"]


@dataclass(frozen=True)
class Staffing:
    """How many reps there are, what they must sell, since when they work here."""

    accounts_per_team: int = 1_000
    accounts_per_quota: int = 83  # quotas grow with the accounts that a rep looks after
    quota_step: int = 500_00  # cents
    hired_days: tuple[int, int] = (-200, 1_500)  # before the window


@dataclass(frozen=True)
class Teams:
    """Reps in a grid: so many for each segment and region, numbered row by row."""

    shape: Shape
    per_cell: int

    @property
    def size(self) -> int:
        """All reps."""
        return self.shape.cells * self.per_cell

    def draw(self, rng: np.random.Generator, segment: Ints, region: Ints) -> Ints:
        """A rep for each pair of segment and region."""
        return self.shape.cell(segment, region) * self.per_cell + rng.integers(0, self.per_cell, len(segment))


@dataclass(frozen=True)
class Contacts:
    """The contacts of each account: the number of the first, and how many."""

    first: Ints
    count: Ints


STAFFING = Staffing()


def hire(plan: Plan) -> Teams:
    """At least one rep for each segment and region; more in a larger company."""
    return Teams(plan.shape, max(1, round(plan.accounts / STAFFING.accounts_per_team)))


def write_reps(plan: Plan, rng: np.random.Generator, names: Names, teams: Teams, folder: Folder) -> None:
    """Write the reps of each segment and region."""
    shape, per_cell = plan.shape, teams.per_cell
    cell = np.repeat(np.arange(shape.cells), per_cell)
    segment, region = np.divmod(cell, len(shape.regions))
    n = len(cell)
    size = plan.accounts / n / STAFFING.accounts_per_quota
    weight: Floats = floats(shape.segments, lambda s: s.selling.quota)
    early, late = STAFFING.hired_days
    folder.write(
        "crm/sales_reps",
        {
            "rep_id": ids("R", np.arange(n), 3),
            "rep_name": labels(names.reps, np.arange(n)),
            "team": labels([s.name for s in shape.segments], segment),
            "region": labels([r.name for r in shape.regions], region),
            "role": labels(ROLES, rng.integers(0, len(ROLES), n)),
            "hired_at": times(plan.first - rng.integers(early * DAY, late * DAY, n)),
            "monthly_quota": money(np.round(weight * size)[segment] * STAFFING.quota_step),
        },
    )


def write_accounts(billing: Billing, rng: np.random.Generator, names: Names, teams: Teams, folder: Folder) -> None:
    """Write the accounts with the status that the files know."""
    population, plan, shape, n = billing.population, billing.plan, billing.shape, billing.population.size
    owner = teams.draw(rng, population.segment, population.region)
    stems, endings = names.companies, shape.names.endings
    stem, ending = rng.integers(0, len(stems), n), rng.integers(0, len(endings), n)
    pairs = [f"{stem} {ending}" for stem in stems for ending in endings]
    low = ints(shape.segments, lambda s: s.crowd.employees[0])[population.segment]
    high = ints(shape.segments, lambda s: s.crowd.employees[1])[population.segment]
    low = np.maximum(low, billing.most_seats() * 6 // 5)  # some have no seat
    high = np.maximum(high, 2 * low)
    employees = np.exp(rng.uniform(np.log(low), np.log(high))).astype(np.int64)
    industry = rng.integers(0, len(shape.names.industries), n)
    each = len(shape.regions[0].countries)
    folder.write(
        "crm/accounts",
        {
            "account_id": ids("A", np.arange(n)),
            "account_name": labels(pairs, stem * len(endings) + ending),
            "segment": labels([s.name for s in shape.segments], population.segment),
            "industry": labels(shape.names.industries, industry),
            "employee_count": whole(employees),
            "country": labels(
                [country for region in shape.regions for country in region.countries],
                population.region * each + rng.integers(0, each, n),
            ),
            "region": labels([r.name for r in shape.regions], population.region),
            "acquisition_channel": labels([c.name for c in shape.channels], population.channel),
            "owner_id": ids("R", owner, 3),
            "created_at": times(population.created),
            "status": labels(STATUSES, _status(billing)),
        },
        population.created < plan.cut,
    )


def _status(billing: Billing) -> Ints:
    population, plan = billing.population, billing.plan
    paying = billing.mrr_before(np.array([plan.cut]))[:, 0] > 0
    trying = (population.trial_from < plan.cut) & (population.trial_to >= plan.cut)
    left = (plan.known(population.paid_from) != NONE) & ~paying
    codes = [STATUSES.index(name) for name in ("customer", "trial", "churned")]
    return np.select([paying, trying, left], codes, STATUSES.index("prospect"))


def write_contacts(population: Population, rng: np.random.Generator, names: Names, folder: Folder) -> Contacts:
    """Write at least one contact for each account."""
    more = floats(population.shape.segments, lambda s: s.crowd.contacts)[population.segment]
    account, position = repeat_index(1 + rng.poisson(more))
    n = len(account)
    first, last = names.first, names.last
    f, s = rng.integers(0, len(first), n), rng.integers(0, len(last), n)
    titles = population.shape.names.titles
    folder.write(
        "crm/contacts",
        {
            "contact_id": ids("K", np.arange(n)),
            "account_id": ids("A", account),
            "first_name": labels(first, f),
            "last_name": labels(last, s),
            "email": labels(_addresses(first, last), f * len(last) + s),
            "job_title": labels(titles, rng.integers(0, len(titles), n)),
            "is_primary": flags(position == 0),
            "created_at": times(population.created[account]),
        },
        population.created[account] < population.plan.cut,
    )
    return Contacts(
        np.searchsorted(account, np.arange(population.size)), np.bincount(account, minlength=population.size)
    )


def _addresses(firsts: Sequence[str], lasts: Sequence[str]) -> list[str]:
    """An address for each pair of names."""
    befores, behinds = ([_plain(name) for name in names] for names in (firsts, lasts))
    return [f"{before}.{behind}@example.com" for before in befores for behind in behinds]


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.lower().replace(" ", ""))
    return letters.encode("ascii", "ignore").decode()
