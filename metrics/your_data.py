"""Your data: every source of the newest build, read from the warehouse, with the metrics and pages that rest on it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from company.contract import read_contract
from metrics.catalogue import catalogue
from metrics.readiness import Ready, readiness
from metrics.sources import ACCOUNTS, Contradicted, File, Reject, Source, State
from warehouse.reading import EVERYTHING, Reader, fetch
from warehouse.settings import ROOT

DEALS = "crm.deals"  # whose stages are learned
IN_FORCE = """
with good as (
    select load_run_id, mode from ops.load_runs
    where status = 'succeeded' and load_run_id <= (select load_run_id from marts.dim_tower)
),
in_force as (  -- the last replacement, and what was added since
    select load_run_id from good
    where load_run_id >= (select coalesce(max(load_run_id), 0) from good where mode = 'replace')
)
"""
OPEN = {  # whoever may look may read these
    "load": "select load_run_id, finished_at from ops.load_runs inner join marts.dim_tower using (load_run_id)",
    "rows": "select source_table, row_count, first_date, last_date from marts.dim_source order by source_table",
    "files": f"""{IN_FORCE}
        select source_table, file as name, cast(sum(rows_read) as bigint) as read,
            cast(sum(rows_rejected) as bigint) as rejected
        from ops.load_files inner join in_force using (load_run_id)
        where status = 'loaded' group by 1, 2 order by max(load_run_id), 2""",
    "words": """
        select found_in, label, value from marts.dim_word
        where not is_declared and found_in is not null order by kind, position""",
    "stages": """
        select stage, is_question from marts.dim_stage
        where not is_declared order by pipeline_position, position""",
}
AUDIT = {  # table of ops: what is asked of it; no row scope reads these, which say nothing of segment and region
    "rejected_rows": f"""{IN_FORCE}
        select source_table, rule, column_name as "column", count(*) as rows,
            case when min(message) = max(message) then min(message) else '' end as message
        from ops.rejected_rows inner join in_force using (load_run_id)
        group by 1, 2, 3 order by count(*) desc, rule, column_name""",
    "contradictions": """
        select source_table, rule, believed, count(*) as rows from ops.contradictions
        group by 1, 2, 3 order by count(*) desc, rule""",
    "loaded_tables": "select source_table, empty_columns, currencies from ops.loaded_tables",
}
MAY_READ = "select coalesce(has_table_privilege(to_regclass(%(name)s), 'select'), false) as may"
Row = Mapping[str, Any]
Rows = Mapping[str, list[Row]]  # by source table


@dataclass(frozen=True)
class YourData:
    """Every source, the most urgent first, as of a load. `is_scoped`: a row scope may not read all of it."""

    load: int
    loaded_at: datetime
    sources: tuple[Source, ...]
    is_scoped: bool = False

    @property
    def states(self) -> dict[tuple[State, str], int]:
        """How many sources there are of each state, by colour and words."""
        return dict(Counter((source.state, source.words) for source in self.sources))


@dataclass(frozen=True)
class Facts:
    """What the warehouse says of each table, as the queries above do; None where a row scope may not read it."""

    rows: Mapping[str, Row]
    files: Rows
    words: Mapping[str, Mapping[str, tuple[str, ...]]]
    asked: tuple[str, ...]
    rejected_rows: Rows | None
    contradictions: Rows | None
    loaded_tables: Rows | None

    @property
    def filled(self) -> set[str]:
        """The tables, and kinds of their rows, that have rows."""
        return {table for table, row in self.rows.items() if row["row_count"]}


def your_data(reader: Reader = EVERYTHING) -> YourData:
    """What the newest build rests on, as `reader` sees it."""
    found = {name: fetch(sql, {}, reader=reader) for name, sql in OPEN.items()}
    audit = {
        name: _by_table(fetch(sql, {}, reader=reader)) if _may(name, reader) else None for name, sql in AUDIT.items()
    }
    stages = found["stages"]
    facts = Facts(
        {table: rows[0] for table, rows in _by_table(found["rows"]).items()},
        _by_table(found["files"]),
        _learned(found["words"], stages),
        tuple(stages.loc[stages["is_question"].astype(bool), "stage"]),
        **audit,
    )
    labels = {name: metric.label for name, metric in catalogue().items()}
    optional = {table.key for table in read_contract(ROOT / "dbt") if table.is_optional}
    sources = sources_of(facts, readiness(ROOT / "dbt", facts.filled), labels, optional)
    load = found["load"].iloc[0]
    return YourData(int(load["load_run_id"]), load["finished_at"], sources, None in audit.values())


def sources_of(
    facts: Facts, ready: list[Ready], labels: Mapping[str, str], optional: Collection[str]
) -> tuple[Source, ...]:
    """A source for each table, the most urgent first.

    `ready` are the pages and metrics with what they need, `labels` those of the metrics by name, `optional` the tables
    that many companies have none of.
    """
    tables = [table for table in facts.rows if table.rpartition(".")[0] not in facts.rows]  # kinds of rows left out
    found = [_source(facts, table, table in optional, ready, labels) for table in tables]
    order = list(State)
    return tuple(sorted(found, key=lambda source: (order.index(source.state), source.table)))


def _source(facts: Facts, table: str, is_optional: bool, ready: list[Ready], labels: Mapping[str, str]) -> Source:
    row, lines = facts.rows[table], [line for line in ready if table in line.needs]
    metrics = {line: labels.get(line.label, line.label) for line in lines if line.kind == "metric"}
    kinds = [name for name in facts.rows if name.startswith(f"{table}.") and name not in facts.filled]
    rejects, contradictions = _of(facts.rejected_rows, table), _of(facts.contradictions, table)
    contents = _of(facts.loaded_tables, table)
    return Source(
        table,
        is_optional,
        int(row["row_count"]),
        _day(row["first_date"]),
        _day(row["last_date"]),
        tuple(File(**file) for file in facts.files.get(table, ())),
        None if rejects is None else tuple(Reject(**one) for one in rejects),
        None if contradictions is None else tuple(Contradicted(**one) for one in contradictions),
        None if contents is None else tuple(name for one in contents for name in one["empty_columns"]),
        None if contents is None else {code: rows for one in contents for code, rows in one["currencies"].items()},
        facts.words.get(table, {}),
        facts.asked if table == DEALS else (),
        tuple(kind.removeprefix(f"{table}.") for kind in kinds) if row["row_count"] else (),
        _in_order(metrics.values()),
        tuple(line.label for line in lines if line.kind == "page"),
        _in_order(label for line, label in metrics.items() if _waits(line, table, facts.filled)),
    )


def _waits(metric: Ready, table: str, filled: set[str]) -> bool:
    """Whether a metric lacks a table, though another one that it needs of the same system is loaded."""
    if table not in metric.missing:
        return False
    system = f"{table.partition('.')[0]}."
    beside = {name for name in metric.needs if name.startswith(system)} - {table, ACCOUNTS}
    return table == ACCOUNTS or bool(beside & filled)


def _learned(words: pd.DataFrame, stages: pd.DataFrame) -> dict[str, dict[str, tuple[str, ...]]]:
    """By table: the words that company.yml does not say, by what they are called."""
    found: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for tables, label, word in words[["found_in", "label", "value"]].astype(str).to_numpy().tolist():
        for table in tables.split(", "):
            found[table][label] = (*found[table].get(label, ()), word)
    if len(stages):
        found[DEALS]["Stage"] = tuple(dict.fromkeys(stages["stage"]))
    return dict(found)


def _may(name: str, reader: Reader) -> bool:
    return bool(fetch(MAY_READ, {"name": f"ops.{name}"}, reader=reader)["may"].iloc[0])


def _by_table(frame: pd.DataFrame) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for table, row in zip(frame["source_table"], frame.drop(columns="source_table").to_dict("records"), strict=True):
        found[str(table)].append({str(name): value for name, value in row.items()})
    return dict(found)


def _of(rows: Rows | None, table: str) -> list[Row] | None:
    """A table's rows; None where they may not be read."""
    return None if rows is None else rows.get(table, [])


def _in_order(labels: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(labels, key=str.casefold))


def _day(value: Any) -> date | None:
    return None if pd.isna(value) else value
