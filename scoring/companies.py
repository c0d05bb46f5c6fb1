"""Judging on synthetic companies, whose truth/ knows what no file says: ten of them, by which nothing was chosen."""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from data_gen.generate import generate
from data_gen.plan import Plan
from scoring.run import chosen
from scoring.shape import Figure

SEEDS = tuple(range(101, 111))  # fixed beforehand
ACCOUNTS = 2000
WINDOW = (date(2025, 5, 1), date(2026, 10, 31))
LONGER = {"forecast": (date(2024, 11, 1), date(2026, 10, 31))}  # 18 months of history, and the six to come
Evidence = dict[str, Any]  # what each scorer's figures rest on, by its name


def observe(names: Sequence[str], accounts: int, seed: int) -> Evidence:
    """Make a company and let each scorer see what it does there; a longer one for those that need it."""
    found: Evidence = {}
    for window in (WINDOW, *LONGER.values()):
        scorers = [scorer for scorer in chosen(names) if LONGER.get(scorer.name, WINDOW) == window]
        if scorers:
            with tempfile.TemporaryDirectory(prefix="tower-judge-") as folder:
                generate(Plan(accounts, seed, *window), Path(folder))
                found |= {scorer.name: scorer.observe(Path(folder)) for scorer in scorers}
    return found


def observed(names: Sequence[str], seeds: Sequence[int], accounts: int = ACCOUNTS) -> Iterator[Evidence]:
    """What was seen of the company of each seed, two companies at a time."""
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        yield from pool.map(partial(observe, names, accounts), seeds)


def judged(names: Sequence[str], evidence: Sequence[Evidence]) -> dict[str, list[Figure]]:
    """The figures of each scorer over all companies."""
    return {scorer.name: scorer.judge_companies([of[scorer.name] for of in evidence]) for scorer in chosen(names)}
