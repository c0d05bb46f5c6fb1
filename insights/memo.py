"""The board memo: every sentence has its number, comparison and n; without data it is left out with the reason."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from company.calendar import add_months
from metrics import get_metric, query
from metrics.catalogue import Metric
from metrics.company import Company, read_company
from metrics.formats import UNKNOWN, Currency, change, number, signed
from metrics.needs import Lacking, lacking
from metrics.restated.read import SETTLED, restated
from warehouse.reading import Reader, fetch
from warehouse.reading import shown as newest

QUARTER = 3  # months
MOST = 6  # restated values that are said
FORCED = "**These numbers have not passed all checks.** They are shown because: `{why}`"
VERBS = {1: "rose", 0: "stayed", -1: "fell"}


@dataclass
class Memo:
    """The window that the memo speaks of, and its lines."""

    as_of: date
    first: date
    end: date
    lacks: Lacking
    company: Company
    reader: Reader
    forced: str
    lines: list[str] = field(default_factory=list)

    @property
    def start(self) -> date:
        """First month of the quarter's length that ends with the last complete month."""
        return add_months(self.end, 1 - QUARTER)


def begin(role: str | None = None) -> Memo:
    """A memo about the last complete month of the built marts, as the login role of a row scope sees it."""
    publication, forced = newest(role)
    reader = Reader(role, publication)
    row = fetch("select as_of_date, first_month, last_complete_month from marts.dim_tower", {}, reader).iloc[0]
    months = row["first_month"], row["last_complete_month"]
    return Memo(row["as_of_date"], *months, lacking(reader), read_company(reader), reader, forced)


def shown(memo: Memo, name: str, value: float) -> str:
    """A value as the board reads it."""
    return "not known" if math.isnan(value) else number(value, get_metric(name).format, memo.company.currency)


def compared(memo: Memo, name: str, quarter: bool = False) -> str | None:
    """«MRR rose from A to B (+x %)» for the month against the one before, or the quarter against the one before.

    None where the data don't reach back so far, or a value is not known.
    """
    start, length = (memo.start, QUARTER) if quarter else (memo.end, 1)
    before_start, before_end = add_months(start, -length), add_months(memo.end, -length)
    if before_start < memo.first:
        return None
    metric = get_metric(name)
    asked = [name, *([metric.sample] if metric.sample else [])]
    now = query(asked, start=start, end=memo.end, reader=memo.reader).iloc[0]
    before = float(query(asked, start=before_start, end=before_end, reader=memo.reader).iloc[0][name])
    cases = float(now[metric.sample]) if metric.sample else None
    return sentence(metric, float(now[name]), before, cases, memo.company.currency)


def sentence(
    metric: Metric, now: float, before: float, cases: float | None, currency: Currency = UNKNOWN
) -> str | None:
    """How a metric moved, in words; `cases` are those that it rests on. None where a value is not known.

    What rounds to no change stayed; where both values look alike, only the change and the later value are said.
    """
    if math.isnan(now) or math.isnan(before):
        return None
    old, new = (number(value, metric.format, currency) for value in (before, now))
    moved = change(now, before, metric.format)
    direction = moved.direction if moved else (now > before) - (now < before)
    where = f"at {new}" if not direction else f"a little, to {new}" if old == new else f"from {old} to {new}"
    size = moved.text if moved and direction and not (moved.is_far and old != new) else ""
    count = f"n = {cases:,.0f}" if cases is not None else ""
    rest = ", ".join(part for part in (size, count) if part)
    return f"{metric.label} {VERBS[direction]} {where}" + (f" ({rest})" if rest else "")


def section(memo: Memo, title: str, names: list[str], quarter: bool) -> None:
    """One heading with a sentence per metric."""
    memo.lines += [f"## {title}", ""]
    missing, needing = [], []
    for name in names:
        label, needs = get_metric(name).label, memo.lacks.metrics.get(name)
        if needs:
            needing.append(f"{label} (needs {', '.join(needs)})")
        elif said := compared(memo, name, quarter):
            memo.lines.append(f"- {said}.")
        else:
            missing.append(label)
    if missing:
        memo.lines.append(f"- Left out, for want of history or cases: {', '.join(missing)}.")
    if needing:
        memo.lines.append(f"- Left out, not loaded: {'; '.join(needing)}.")
    memo.lines.append("")


def write_memo(role: str | None = None) -> str:
    """The whole memo as Markdown, for the login role of a row scope or for all rows."""
    memo = begin(role)
    month, quarter = f"{memo.end:%B %Y}", f"{memo.start:%b} – {memo.end:%b %Y}"
    memo.lines += [
        "# Insights",
        "",
        f"As of {memo.as_of:%d %B %Y}. Written by `make insights` from the marts; do not edit.",
        *([FORCED.format(why=memo.forced.replace("`", "'"))] if memo.forced else []),
        f"«Month» is {month} against the month before; «quarter» is {quarter} against the three months before.",
        "",
    ]
    section(memo, f"Revenue (month, {month})", ["mrr", "active_customers", "arpa", "nrr_t12m", "grr_t12m"], False)
    _target(memo)
    section(
        memo,
        f"Movements (quarter, {quarter})",
        ["new_mrr", "expansion_mrr", "churned_mrr", "logo_churn_rate", "quick_ratio"],
        True,
    )
    _drivers(memo)
    section(
        memo,
        f"Pipeline (quarter, {quarter})",
        ["won_amount", "win_rate", "win_rate_value", "sales_cycle_days", "deals_created"],
        True,
    )
    _pipeline(memo)
    section(
        memo,
        f"Acquisition and activation (quarter, {quarter})",
        ["spend", "cac", "cac_payback_months", "ltv_cac_ratio", "activation_rate"],
        True,
    )
    section(memo, f"Support (quarter, {quarter})", ["tickets", "first_response_sla", "resolution_sla", "csat"], True)
    _anomalies(memo)
    restatements(memo)
    return "\n".join(memo.lines).rstrip() + "\n"


def _target(memo: Memo) -> None:
    row = query(["mrr", "mrr_target"], start=memo.end, end=memo.end, reader=memo.reader).iloc[0]
    gap = change(row["mrr"], row["mrr_target"], "money")
    if gap:
        side = "above" if gap.direction > 0 else "below"
        off = f"{abs(gap.size):.1f} % {side}" if gap.direction else "at"
        memo.lines.insert(len(memo.lines) - 1, f"- MRR is {off} its target of {shown(memo, 'mrr', row['mrr_target'])}.")


def _drivers(memo: Memo) -> None:
    churn = query(
        ["churned_mrr", "churned_customers"], ["churn_reason"], start=memo.start, end=memo.end, reader=memo.reader
    ).dropna(subset=["churn_reason"])
    if churn["churned_mrr"].sum() > 0:
        top = churn.sort_values(["churned_mrr", "churn_reason"], ascending=[False, True]).iloc[0]
        share = top["churned_mrr"] / churn["churned_mrr"].sum()
        memo.lines.insert(
            len(memo.lines) - 1,
            f"- The largest reason for churn was «{top['churn_reason'].replace('_', ' ')}»: "
            f"{shown(memo, 'churned_mrr', top['churned_mrr'])}, "
            f"{share * 100:.0f} % of what was lost (n = {top['churned_customers']:,.0f} accounts).",
        )


def _pipeline(memo: Memo) -> None:
    row = query(["open_pipeline", "weighted_pipeline", "overdue_pipeline", "open_deals"], reader=memo.reader).iloc[0]
    if row["open_deals"] > 0:  # not where nothing is known of deals
        memo.lines.insert(
            len(memo.lines) - 1,
            f"- {shown(memo, 'open_pipeline', row['open_pipeline'])} are open, worth "
            f"{shown(memo, 'weighted_pipeline', row['weighted_pipeline'])} by past win rates; "
            f"{row['overdue_pipeline'] / row['open_pipeline'] * 100:.0f} % is past its expected close date "
            f"(n = {row['open_deals']:,.0f} deals).",
        )


def _anomalies(memo: Memo) -> None:
    found: pd.DataFrame = fetch(
        "select metric_label, dimension_value, period_start, grain, actual_value, expected_value, score, severity, "
        "history_points from ("
        "select *, row_number() over (partition by metric order by abs(score) desc, period_start) as place "
        "from marts.fct_anomalies where is_lead and is_bad "
        "and period_start between %(start)s and cast(%(end)s as date) + interval '1 month' - interval '1 day'"
        ") as worst where place = 1 order by abs(score) desc, metric_label limit 4",
        {"start": memo.start, "end": memo.end},
        memo.reader,
    )
    memo.lines += [f"## Anomalies (quarter, {memo.start:%b} – {memo.end:%b %Y})", ""]
    for row in found.itertuples():
        actual, expected, score = (
            signed(text) for text in (f"{row.actual_value:,.0f}", f"{row.expected_value:,.0f}", f"{row.score:+.1f}")
        )
        memo.lines.append(
            f"- {row.metric_label}, {row.dimension_value}, "
            f"{f'{row.period_start:%B %Y}' if row.grain == 'month' else f'week of {row.period_start:%d %B %Y}'}: "
            f"{actual} against {expected} expected "
            f"({score} deviations, {row.severity}, n = {row.history_points} earlier {row.grain}s)."
        )
    if found.empty:
        memo.lines.append("- Nothing left its expected band for the worse.")
    memo.lines.append("")


def restatements(memo: Memo) -> None:
    """What earlier memos have said otherwise: of each metric that was settled, the newest closed month that moved."""
    found = [one for one in restated(memo.reader) if one.segment is None and one.is_settled]
    newest = {one.metric: one for one in reversed(found)}
    said = [text for name in SETTLED if name in newest and (text := newest[name].sentence(memo.company.currency))]
    if said:
        memo.lines += ["## Restated (since a month ago)", "", *(f"- {text}" for text in said[:MOST])]
        if more := len(found) - len(said[:MOST]):
            memo.lines.append(f"- Data health lists {more:,} more.")
        memo.lines.append("")


def headline() -> str:
    """The three figures that `make all` ends with."""
    memo = begin()
    row = query(["mrr", "nrr_t12m", "logo_churn_rate"], start=memo.end, end=memo.end, reader=memo.reader).iloc[0]
    parts = [
        f"{get_metric(name).label} {shown(memo, name, row[name])}" for name in ("mrr", "nrr_t12m", "logo_churn_rate")
    ]
    return f"{memo.end:%B %Y}: " + " · ".join(parts)
