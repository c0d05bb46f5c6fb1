"""Churn risk as a scorer: intermediate.int_churn_features in, scores.churn_risk and scores.churn_backtest out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from scoring.churn.backtest import Risk, learn
from scoring.churn.features import FEATURES, Panel, panel_of
from scoring.churn.judging import Seen, figures, judge_all, judge_simulated, observe_company, seen_of, told
from scoring.churn.model import reasons
from scoring.shape import Figure, Scores, Table, digest

VERSION = "churn-1"
COLUMNS = (
    "account_id",
    "segment",
    "region",
    "state",
    "probability",
    "segment_rate",
    "basis",
    "reason_1",
    "reason_2",
    "reason_3",
)
BACKTEST = ("account_id", "segment", "region", "snapshot_date", "probability", "segment_rate", "has_churned")
SAYS = {
    "model": "by the model",
    "segment": "by the segment's rate, no better than which the model would be",
    "few": "by the segment's rate, as too few customers have left",
    "nothing": "nothing is known of what came later",
}


class ChurnScorer:
    """Scores every paying account of the last day with the probability that it leaves within 90 days, unannounced."""

    name = "churn"
    says = "which paying accounts may leave within 90 days, and why"

    def read(self, cursor: Any, until: date) -> Panel:
        """Paying accounts at the month ends up to a day, by what was known then."""
        names = ["account_id", "snapshot_date", "segment", "region", "mrr", "is_leaving", "has_churned_90d"]
        names += [feature.column for feature in FEATURES]
        cursor.execute(
            f"select {', '.join(names)} from intermediate.int_churn_features where snapshot_date <= %s "
            "order by account_id, snapshot_date",
            (until,),
        )
        return panel_of(pd.DataFrame(cursor.fetchall(), columns=names))

    def fit(self, known: Panel) -> Risk:
        """Learn from all whose 90 days are over, and decide by the backtest what is shown."""
        return learn(known)

    def score(self, model: Risk, known: Panel) -> Scores:
        """A row for each account that pays on the last day, and one for each that the backtest judged."""
        today = known.day == (known.day.max() if len(known.day) else None)
        rows = _rows(model, known, today)
        taught = known.day[known.is_judged]
        parts = [VERSION, known.values.tobytes(), known.churned.tobytes(), *known.account, *known.segment]
        return Scores(
            "churn_risk",
            COLUMNS,
            rows,
            VERSION,
            taught.max().astype(object) if len(taught) else None,
            digest(parts),
            int(known.is_judged.sum()),
            _notes(model, rows),
            (Table("churn_backtest", BACKTEST, _tested(model, known)),),
        )

    def judge(self, model: Risk, known: Panel) -> list[Figure]:
        """On the company's own past: each month's scores against what came."""
        return figures([seen_of(model.backtest)], "the company's own past", is_of_company=True)

    def self_test(self) -> list[Figure]:
        """On simulated accounts whose true hazard is known."""
        return judge_simulated()

    def observe(self, company: Path) -> Seen:
        """The backtest of a synthetic company."""
        return observe_company(company)

    def judge_companies(self, companies: Sequence[Seen]) -> list[Figure]:
        """The mean over all of them."""
        return judge_all(companies)


def _rows(risk: Risk, panel: Panel, today: np.ndarray) -> list[tuple[Any, ...]]:
    chances = risk.probability(panel, today)
    base = risk.rates.of(panel.segment[today]) if risk.rates else np.full(len(chances), np.nan)
    shown = risk.model if risk.basis == "model" else None
    why = reasons(shown, panel, today) if shown else [(None, None, None)] * len(chances)
    keys = zip(panel.account[today].tolist(), panel.segment[today].tolist(), panel.region[today].tolist(), strict=True)
    found: list[tuple[Any, ...]] = []
    for key, leaving, chance, rate, said in zip(keys, panel.is_leaving[today], chances, base, why, strict=True):
        if leaving:
            found.append((*key, "leaving", None, told(rate), None, None, None, None))
        elif risk.basis == "nothing":
            found.append((*key, "not scored", None, None, None, None, None, None))
        else:
            found.append((*key, "scored", told(chance), told(rate), risk.basis, *said))
    return found


def _tested(risk: Risk, panel: Panel) -> list[tuple[Any, ...]]:
    test = risk.backtest
    keys = (panel.account[test.rows], panel.segment[test.rows], panel.region[test.rows], test.day)
    columns = zip(*(key.tolist() for key in keys), test.probability, test.segment_rate, test.churned, strict=True)
    return [(*key, told(said), told(rate), bool(churned)) for *key, said, rate, churned in columns]


def _notes(risk: Risk, rows: list[tuple[Any, ...]]) -> str:
    states = [row[3] for row in rows]
    counts = ", ".join(f"{states.count(state):,} {state}" for state in ("scored", "leaving", "not scored"))
    return f"{len(rows):,} accounts: {counts}; {SAYS[risk.basis]}; {risk.churned:,} have left"
