"""The table of churn features from a folder of CSV files, for judging and tests without a warehouse."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd

SQL = Path(__file__).with_suffix(".sql")


def features_of(folder: Path, until: date | None = None) -> pd.DataFrame:
    """The columns of int_churn_features by what was known at the end of a day, from files of the raw contract.

    Without a day it is the last one with an event.
    Times are taken as UTC and amounts in one currency, as the synthetic company's are.
    """
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("set file_search_path = $folder", {"folder": str(folder)})
        if until is None:
            [[until]] = connection.execute("select max(cast(occurred_at as date)) from 'product/events.csv'").fetchall()
        connection.execute(f"create macro until_at() as timestamp '{until + timedelta(days=1)}'")
        *steps, last = [step for step in SQL.read_text().split(";") if step.strip()]
        for step in steps:
            connection.execute(step)
        return connection.execute(last).df()
