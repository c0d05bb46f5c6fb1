"""Running scorers: read, fit, score, judge, and write all of it in one transaction."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from psycopg2 import sql

from scoring.churn.scorer import ChurnScorer
from scoring.daily.scorer import DailyScorer
from scoring.forecast.scorer import ForecastScorer
from scoring.shape import Figure, Scorer, Scores, Table
from scoring.topics.scorer import TopicScorer
from warehouse.connections import owner_connection
from warehouse.errors import TowerError
from warehouse.settings import Settings

SCORERS: dict[str, Scorer[Any, Any, Any]] = {
    scorer.name: scorer for scorer in (TopicScorer(), ChurnScorer(), DailyScorer(), ForecastScorer())
}
KEPT = 200  # runs of a scorer whose figures stay


def chosen(names: Sequence[str]) -> list[Scorer[Any, Any, Any]]:
    """The scorers of these names, all of them without a name. Raises TowerError for a name that is none."""
    for name in names:
        if name not in SCORERS:
            raise TowerError(f"there is no scorer {name!r}; there are: {', '.join(SCORERS)}")
    return [SCORERS[name] for name in names or SCORERS]


def run(settings: Settings, scorers: Iterable[Scorer[Any, Any, Any]], dry_run: bool = False) -> list[str]:
    """Score what is loaded; returns a line for each scorer. A dry run writes nothing."""
    lines = []
    with owner_connection(settings) as connection:
        for scorer in scorers:
            with connection, connection.cursor() as cursor:
                load, until = _loaded(cursor)
                known = scorer.read(cursor, until)
                model = scorer.fit(known)
                scores = scorer.score(model, known)
                figures = scorer.judge(model, known)
                if not dry_run:
                    _write(cursor, scorer.name, load, scores, figures)
            lines.append(f"{scorer.name}: {scores.notes}{' (nothing was written)' if dry_run else ''}")
    return lines


def _loaded(cursor: Any) -> tuple[int, date]:
    """The load in force, and its last day."""
    cursor.execute(
        "select load_run_id, as_of_date from ops.load_runs where status = 'succeeded' order by load_run_id desc limit 1"
    )
    found = cursor.fetchone()
    if not found:
        raise TowerError("the warehouse is empty; run `make load-data` first")
    return found


def _replace(cursor: Any, table: Table, number: int) -> None:
    """Rows of a run in place of those of the run before."""
    name = sql.Identifier("scores", table.table)
    cursor.execute(sql.SQL("delete from {}").format(name))
    buffer = io.StringIO()
    csv.writer(buffer).writerows((*row, number) for row in table.rows)
    buffer.seek(0)
    columns = sql.SQL(", ").join(map(sql.Identifier, (*table.columns, "run_id")))
    cursor.copy_expert(sql.SQL("copy {} ({}) from stdin with (format csv)").format(name, columns), buffer)


def _write(cursor: Any, name: str, load: int, scores: Scores, figures: Sequence[Figure]) -> None:
    """Replace the scorer's scores and keep its figures."""
    cursor.execute(
        "insert into scores.runs (scorer, model, trained_until, features, load_run_id, scored_at, rows, "
        "learned_from, notes) values (%s, %s, %s, %s, %s, %s, %s, %s, %s) returning run_id",
        (
            name,
            scores.model,
            scores.trained_until,
            scores.features,
            load,
            datetime.now(UTC).replace(tzinfo=None),
            len(scores.rows),
            scores.learned_from,
            scores.notes,
        ),
    )
    [number] = cursor.fetchone()
    for table in scores.tables:
        _replace(cursor, table, number)
    for figure in figures:
        cursor.execute(
            "insert into scores.figures (run_id, scorer, figure, value, baseline, bound, is_higher_better, cases, "
            "judged_on, is_of_company) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                number,
                name,
                figure.name,
                figure.value,
                figure.baseline,
                figure.bound,
                figure.is_higher_better,
                figure.cases,
                figure.judged_on,
                figure.is_of_company,
            ),
        )
    cursor.execute(
        "with old as (delete from scores.runs where run_id in (select run_id from scores.runs where scorer = %s "
        "order by run_id desc offset %s) returning run_id) "
        "delete from scores.figures where run_id in (select run_id from old)",
        (name, KEPT),
    )
