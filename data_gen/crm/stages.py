"""Writes crm/deals and crm/deal_stage_history: the way of every deal through its pipeline's stages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from data_gen.arrays import NONE, Ints, floats, ints
from data_gen.clock import DAY, HOUR
from data_gen.crm.deal import LOST, WON, Deals
from data_gen.crm.directory import Contacts
from data_gen.currency import currency_column
from data_gen.plan import Plan
from data_gen.shapes.sales import DealKind, Pipeline
from data_gen.shapes.shape import Shape
from data_gen.writer import Folder, dates, ids, labels, money, times

LAST_SLOT = 99  # where the end of a deal sorts among its moves of the same second


@dataclass(frozen=True)
class Walk:
    """How deals walk: stages that are skipped, steps back, slips, and what is planned."""

    skipped: float = 0.07
    steps_back: float = 0.06
    until_end: float = 0.98  # share of the cycle in which the stages are entered
    slipped: float = 0.3
    slip_days: tuple[int, int] = (3, 40)
    punctual_days: tuple[int, int] = (-2, 6)
    planned: tuple[float, float] = (0.85, 1.35)  # in cycles
    ahead_days: tuple[int, int] = (2, 80)  # an open deal that did not slip is expected so long after the horizon


class AllStages:
    """The stages of all pipelines in one row: names, probabilities in percent, which are lost; where each begins."""

    def __init__(self, pipelines: tuple[Pipeline, ...]) -> None:
        self.pipelines = pipelines
        self.names: list[str] = []
        chances: list[int] = []
        for pipeline in pipelines:
            self.names += [*(stage.name for stage in pipeline.stages), pipeline.won, pipeline.lost]
            chances += [*(stage.probability for stage in pipeline.stages), 100, 0]
        sizes = np.cumsum([pipeline.size for pipeline in pipelines])
        self.probability = np.array(chances)
        self.firsts: Ints = np.append(0, sizes[:-1])
        self.is_lost = np.isin(np.arange(len(chances)), sizes - 1)


WALK = Walk()


def write_deals(plan: Plan, rng: np.random.Generator, deals: Deals, contacts: Contacts, folder: Folder) -> Ints:
    """Draw every deal's way and write both tables; returns each deal's contact, NONE without one."""
    shape, reasons = plan.shape, plan.shape.sales.loss_reasons
    stages = AllStages(shape.pipelines)
    history = _history(plan, rng, stages, deals)
    known = plan.known(history["when"].to_numpy()) != NONE
    stage = np.zeros(deals.size, dtype=np.int64)
    stage[history["deal"][known]] = history["stage"][known]  # the last one stays
    expected = _expected(plan, rng, deals)
    contact = _contacts(rng, deals, contacts)
    drawn = rng.choice(len(reasons), deals.size, p=[share for _, share in reasons])
    loss = np.where(stages.is_lost[stage], drawn, len(reasons))
    folder.write(
        "crm/deals",
        {
            "deal_id": ids("D", np.arange(deals.size)),
            "deal_name": labels(shape.sales.deal_names, deals.kind),
            "account_id": ids("A", deals.account),
            "contact_id": ids("K", contact),
            "owner_id": ids("R", deals.owner, 3),
            "product_id": ids("P", ints(shape.segments, lambda s: s.selling.plan)[deals.segment] + 1, 2),
            "deal_type": labels([kind.name.lower() for kind in DealKind], deals.kind),
            "segment": labels([s.name for s in shape.segments], deals.segment),
            "region": labels([r.name for r in shape.regions], deals.region),
            "source_channel": labels([c.name for c in shape.channels], deals.channel),
            "amount": money(deals.amount),
            "stage": labels(stages.names, stage),
            "probability": money(stages.probability[stage] * 100),
            "created_at": times(deals.created),
            "expected_close_date": dates(expected),
            "closed_at": times(plan.known(deals.closed)),
            "loss_reason": labels([*(name for name, _ in reasons), None], loss),
            **_pipeline(shape, deals),
            **currency_column(shape, deals.currency),
        },
        deals.created < plan.cut,
    )
    _write_history(plan, deals, history, stages.names, folder)
    return contact


def _write_history(plan: Plan, deals: Deals, history: pd.DataFrame, names: list[str], folder: Folder) -> None:
    folder.write(
        "crm/deal_stage_history",
        {
            "stage_history_id": ids("H", np.arange(len(history)), 7),
            "deal_id": ids("D", history["deal"]),
            "stage": labels(names, history["stage"]),
            "entered_at": times(history["when"]),
            "changed_by": ids("R", deals.owner[history["deal"]], 3),
        },
        history["when"] < plan.cut,
    )


def _pipeline(shape: Shape, deals: Deals) -> dict[str, pa.Array]:
    """The pipeline of each deal; nothing for a company of one pipeline, whose files need not say it."""
    if len(shape.pipelines) == 1:
        return {}
    return {"pipeline": labels([pipeline.name for pipeline in shape.pipelines], _places(shape.pipelines, deals))}


def _places(pipelines: tuple[Pipeline, ...], deals: Deals) -> Ints:
    """The pipeline of each deal, by its kind."""
    of_kind = [next((n for n, one in enumerate(pipelines) if kind in one.kinds), 0) for kind in DealKind]
    return np.array(of_kind)[deals.kind]


def _history(plan: Plan, rng: np.random.Generator, stages: AllStages, deals: Deals) -> pd.DataFrame:
    """Every stage that a deal enters and when, its end included, by time."""
    place = _places(stages.pipelines, deals)
    parts = []
    for number, pipeline in enumerate(stages.pipelines):
        mine = np.flatnonzero(place == number)
        part = _moves(plan, rng, pipeline, deals.of(mine))
        parts.append(part.assign(deal=mine[part["deal"]], stage=part["stage"] + stages.firsts[number]))
    return pd.concat(parts).sort_values(["when", "deal", "slot"], ignore_index=True)


def _moves(plan: Plan, rng: np.random.Generator, pipeline: Pipeline, deals: Deals) -> pd.DataFrame:
    """The moves of a pipeline's deals; deals and stages by their places in it."""
    taken = _path(rng, pipeline, deals)
    n, slots = taken.shape
    length = np.where(deals.closed != NONE, deals.closed, plan.last - HOUR) - deals.created
    pauses = rng.exponential(1.0, (n, slots + 1)) * np.append(taken, np.ones((n, 1), dtype=bool), axis=1)
    steps = np.cumsum(pauses, axis=1)
    share = np.concatenate([np.zeros((n, 1)), steps[:, :-2] / steps[:, -1:]], axis=1)
    moments = deals.created[:, None] + (share * length[:, None] * WALK.until_end).astype(np.int64)
    moments = np.sort(np.maximum(plan.shape.calendar.at_work(moments), deals.created[:, None]), axis=1)
    deal, slot = np.nonzero(taken)
    done = np.flatnonzero(deals.closed != NONE)
    end = len(pipeline.stages) + (deals.ends[done] == LOST)
    return pd.DataFrame(
        {
            "deal": np.concatenate([deal, done]),
            "slot": np.concatenate([slot, np.full(len(done), LAST_SLOT)]),
            "stage": np.concatenate([np.array(pipeline.path)[slot], end]),
            "when": np.concatenate([moments[deal, slot], deals.closed[done]]),
        }
    )


def _path(rng: np.random.Generator, pipeline: Pipeline, deals: Deals) -> np.ndarray:
    """Which places of the pipeline's path each deal takes, (deals, places): as deep as it gets, some skipped."""
    stages, path = len(pipeline.stages), np.array(pipeline.path)
    ends_here = floats(pipeline.stages, lambda stage: stage.ends_here)
    depth = np.where(deals.ends == WON, stages - 1, rng.choice(stages, deals.size, p=ends_here))
    taken = (path[None, :] <= depth[:, None]) & (rng.random((deals.size, len(path))) > WALK.skipped)
    taken[:, 0] = True
    if pipeline.back:
        back, before = list(pipeline.back), list(pipeline.before_back)
        may = (depth >= path[back].max()) & taken[:, before].all(axis=1)
        taken[:, back] = (np.less(rng.random(deals.size), WALK.steps_back) & may)[:, None]
    return taken


def _expected(plan: Plan, rng: np.random.Generator, deals: Deals) -> Ints:
    """The expected close date as sales wrote it down; some deals slip."""
    n = deals.size
    planned = deals.created + (deals.cycle * rng.uniform(*WALK.planned, n) * DAY).astype(np.int64)
    slipped = rng.random(n) < WALK.slipped
    late = deals.closed - rng.integers(WALK.slip_days[0] * DAY, WALK.slip_days[1] * DAY, n)
    near = deals.closed + rng.integers(WALK.punctual_days[0] * DAY, WALK.punctual_days[1] * DAY, n)
    ahead = plan.last + rng.integers(WALK.ahead_days[0] * DAY, WALK.ahead_days[1] * DAY, n)
    return np.where(
        deals.closed != NONE,
        np.where(slipped, late, near),
        np.where(slipped, planned, np.maximum(planned, ahead)),
    )


def _contacts(rng: np.random.Generator, deals: Deals, contacts: Contacts) -> Ints:
    safe = np.where(deals.account == NONE, 0, deals.account)
    drawn = contacts.first[safe] + rng.integers(0, 99, deals.size) % contacts.count[safe]
    return np.where(deals.account != NONE, drawn, NONE)
