"""The marts of support equal the oracle, for three companies."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.oracle.compare import report
from tests.oracle.files import DIMENSIONS, Files, month_of
from tests.oracle.oracle import Oracle
from warehouse.reading import fetch

HOURS = pd.Timedelta(hours=1)
DAY = pd.Timedelta(days=1)
BROKEN = [("Data sync regression v1.2", "technical", "v1.2"), ("E-invoice gateway 25.2", "Invoicing", "25.2")]


def tickets(oracle: Oracle) -> pd.DataFrame:
    """Tickets with what the marts say of each: month, release, target, breach, speed, satisfaction."""
    files: Files = oracle.files
    rows = oracle.support.tickets.copy()
    policy = files.read("support/sla_policies", []).set_index("priority")
    causes = files.read("support/root_causes", []).set_index("root_cause_id")["root_cause_name"]
    releases = files.read("product/releases", ["released_at"], ("version",)).sort_values("released_at")
    rows["month"] = month_of(rows["created_at"])
    rows["cause"] = rows["root_cause_id"].map(causes).fillna("Not yet known")
    number = releases["released_at"].searchsorted(rows["created_at"], side="right") - 1
    rows["release_version"] = [releases["version"].iloc[n] if n >= 0 else None for n in number]
    rows["ratio"] = rows["resolution_hours"] / rows["priority"].map(policy["resolution_hours"])
    rows["is_open"] = rows["resolved_at"].isna()
    rows["breach_state"] = rows["is_open"].map({True: "open_", False: "closed_"}) + rows["resolution_breached"].map(
        {True: "breached", False: "in_time"}
    )
    rows["resolution_speed"] = None
    rows.loc[rows["resolution_met"], "resolution_speed"] = "normal"
    rows.loc[rows["ratio"] <= 0.5, "resolution_speed"] = "fast"
    rows.loc[rows["resolution_breached"], "resolution_speed"] = "slow"
    tiers = {1: "unsatisfied", 2: "unsatisfied", 3: "neutral", 4: "satisfied", 5: "satisfied"}
    rows["csat_tier"] = rows["csat_score"].map(tiers)
    return rows


def same(have: pd.DataFrame, want: pd.DataFrame) -> None:
    """The same rows, but for the last digits of floats."""
    assert len(want) and set(have.index) == set(want.index)
    have = have.loc[want.index, want.columns]
    pd.testing.assert_frame_equal(
        have.astype(float), want.astype(float), check_dtype=False, check_index_type=False, check_names=False
    )


def test_every_ticket_is_classified_as_the_oracle_says(oracle: Oracle) -> None:
    words = ["release_version", "breach_state", "resolution_speed", "csat_tier"]
    want = tickets(oracle).set_index("ticket_id")
    have = fetch(f"select ticket_id, {', '.join(words)}, resolution_sla_ratio from marts.fct_tickets", {})
    have = have.set_index("ticket_id").loc[want.index]
    for name in words:
        assert have[name].fillna("").tolist() == want[name].fillna("").tolist(), name
    assert have["resolution_sla_ratio"].astype(float).tolist() == pytest.approx(want["ratio"].tolist(), nan_ok=True)
    assert {"fast", "normal", "slow"} <= set(have["resolution_speed"])


def test_root_causes_of_each_month_equal_the_oracle(oracle: Oracle) -> None:
    rows = tickets(oracle)
    keys = ["month", "cause", "category"]
    grouped = rows.groupby(keys)
    want = pd.DataFrame(
        {
            "tickets": grouped.size(),
            "open_tickets": grouped["is_open"].sum(),
            "resolution_mean_hours": grouped["resolution_hours"].mean(),
            "resolution_median_hours": grouped["resolution_hours"].median(),
            "csat_answers": grouped["csat_score"].count(),
            "satisfaction_rate": grouped["csat_score"].apply(lambda s: (s.dropna() >= 4).mean()),
            "main_channel_tickets": grouped["channel"].apply(lambda s: s.value_counts().max()),
            "main_release_tickets": grouped["release_version"].apply(
                lambda s: s.value_counts().max() if s.any() else 0
            ),
        }
    )
    want["ticket_share"] = want["tickets"] / want.groupby(level=0)["tickets"].transform("sum")
    want["open_share"] = want["open_tickets"] / want["tickets"]
    have = fetch("select *, created_month as month, root_cause_name as cause from marts.top_root_causes", {})
    have["month"] = pd.to_datetime(have["month"])
    same(have.set_index(keys), want)
    first = have[have["cause_rank"] == 1].set_index("month")["tickets"]
    assert (first == want.groupby(level=0)["tickets"].max()[first.index]).all()


def test_service_levels_by_month_priority_and_segment_equal_the_oracle(oracle: Oracle) -> None:
    rows = tickets(oracle)
    keys = ["month", "priority", "segment"]
    grouped = rows.groupby(keys)
    want = pd.DataFrame({"tickets": grouped.size()})
    for step in ("first_response", "resolution"):
        met, breached = grouped[f"{step}_met"].sum(), grouped[f"{step}_breached"].sum()
        want[f"{step}_met"], want[f"{step}_breached"] = met, breached
        want[f"{step}_pending"] = want["tickets"] - met - breached
        want[f"{step}_sla"] = (met / (met + breached)).where(met + breached > 0)
        for share in (50, 90):
            want[f"{step}_p{share}_hours"] = grouped[f"{step}_hours"].quantile(share / 100)
    have = fetch("select *, created_month as month from marts.sla_adherence", {})
    have["month"] = pd.to_datetime(have["month"])
    same(have.set_index(keys), want)


def test_the_backlog_and_its_age_equal_the_oracle(oracle: Oracle) -> None:
    rows, wrong = tickets(oracle), []
    have = fetch("select * from marts.ticket_backlog", {})
    have = have.set_index(["backlog_date", "slice_name", *DIMENSIONS, "priority"]).sort_index()
    days = [*pd.date_range(oracle.files.begin, oracle.files.now - DAY, freq="23D"), oracle.files.now - DAY]
    for day in days:
        end = day + DAY
        standing = rows[(rows["created_at"] < end) & ~(rows["resolved_at"] < end)]
        for dimension in [None, *DIMENSIONS, "priority"]:
            for value in sorted(rows[dimension].unique()) if dimension else ["All"]:
                mine = standing[standing[dimension] == value] if dimension else standing
                ages = (end - mine["created_at"]) / DAY
                place = [value if dimension == name else "All" for name in (*DIMENSIONS, "priority")]
                found = have.loc[(day.date(), dimension or "everything", *place)]
                expected = [len(mine), ages.quantile(0.5), ages.quantile(0.9), ages.max()]
                given = [found[name] for name in ("open_tickets", "age_days_p50", "age_days_p90", "age_days_max")]
                if [float(v) for v in given] != pytest.approx(expected, nan_ok=True):
                    wrong.append(f"{day:%F} {dimension}={value}: {expected} {given}")
    assert not wrong, report(wrong)


def test_the_cause_of_the_bad_release_is_on_top_while_it_lasts(oracle: Oracle) -> None:
    path = oracle.files.folder / "truth/incidents.csv"
    planted = pd.read_csv(path, parse_dates=["start_date"]).query("incident == 'bad_release'")["start_date"].iloc[0]
    top = fetch(
        "select root_cause_name, category, main_release from marts.top_root_causes "
        "where cause_rank = 1 and created_month = %(month)s",
        {"month": planted.replace(day=1).date()},
    ).iloc[0]
    assert tuple(top[name] for name in ("root_cause_name", "category", "main_release")) in BROKEN
