"""Names of people, drawn once for all that a process generates of one company, such as the days of a month."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from faker import Faker


@dataclass(frozen=True)
class Pools:
    """How many names are drawn to choose from."""

    companies: int = 400
    first_names: int = 150
    last_names: int = 200


@dataclass(frozen=True)
class Names:
    """Whole names of reps; names to choose from for companies and contacts."""

    reps: tuple[str, ...]
    companies: tuple[str, ...]
    first: tuple[str, ...]
    last: tuple[str, ...]


POOLS = Pools()


def person(fake: Faker) -> str:
    """A first and a last name, without the titles that Faker's whole names may have."""
    return f"{fake.first_name()} {fake.last_name()}"


@lru_cache(maxsize=4)
def draw_names(locale: str, seed: int, reps: int) -> Names:
    """The same names for the same seed, in Faker's locale."""
    fake = Faker(locale)
    fake.seed_instance(seed)
    return Names(
        tuple(person(fake) for _ in range(reps)),
        tuple(fake.unique.last_name() for _ in range(POOLS.companies)),
        tuple(fake.first_name() for _ in range(POOLS.first_names)),
        tuple(fake.last_name() for _ in range(POOLS.last_names)),
    )
