"""What each kind of rule finds in what is shown: a metric's value, anomalies, the age of the data, what went wrong."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from alerts.rules import SEVERITIES, Rule
from alerts.states import Finding
from company.calendar import add_months, month_label
from metrics import get_metric, query
from metrics.catalogue import Metric
from metrics.company import Company, read_company
from metrics.formats import change, number, signed
from metrics.restated.read import restated
from warehouse.reading import Reader, fetch, shown

TOLD = 5  # anomalies that a message lists
YEAR = 12
SIDES = {"below": -1, "falls": -1, "above": 1, "rises": 1}
POINTS = (
    "select metric, metric_label, grain, period_start, dimension, dimension_value, actual_value, expected_value, "
    "score, severity, history_points, is_tracking_fault, is_anomaly, is_bad, "
    "is_lead from marts.fct_anomalies where is_anomaly and is_bad"
)
TRACKING = "; days without a single event: rather a fault of tracking than of use"
BUILD = "select status, started_at, message from ops.builds where status <> 'running' order by build_id desc limit 1"
TOTALS = (
    "select count(*) filter (where status = 'off') as off, count(*) as n, max(checked_at) as at "
    "from ops.expected_checks"
)


@dataclass(frozen=True)
class Moment:
    """When rules are checked: the clock's day, and why the refresh has failed, if it has. Nothing is shown yet."""

    today: date
    failure: str

    @property
    def whose(self) -> str:
        """Whose numbers these are."""
        return "GTM Control Tower"

    @property
    def data(self) -> str:
        """Which data are shown."""
        return "Nothing is shown yet."

    def without(self, filters: tuple[str, ...]) -> str:
        """That a page does not know some filters of a rule; nothing where it knows them all."""
        return f"That page does not filter by {' or '.join(map(self.noun, filters))}: it shows all." if filters else ""

    def noun(self, dimension: str) -> str:
        """What a dimension is called."""
        return dimension.replace("_", " ")


@dataclass(frozen=True)
class Now(Moment):
    """A moment at which a publication is shown."""

    reader: Reader
    company: Company
    as_of: date
    first: date
    month: date  # the last complete one

    @property
    def whose(self) -> str:
        """The company, if it has a name."""
        return self.company.name or super().whose

    @property
    def data(self) -> str:
        """Of which day they are."""
        return f"Data as of {self.as_of:%-d %b %Y}."

    def noun(self, dimension: str) -> str:
        """What the company calls it."""
        return self.company.noun(dimension)


def look(failure: str = "", today: date | None = None) -> Moment:
    """What is shown, if anything is, on a day: today where the company is."""
    if fetch("select publication_id from ops.shown", {}).empty:
        return Moment(today or datetime.now(UTC).date(), failure)
    reader = Reader(publication=shown()[0])
    row = fetch("select as_of_date, first_month, last_complete_month from marts.dim_tower", {}, reader).iloc[0]
    zone = ZoneInfo(str(fetch("select timezone from marts.dim_company", {}, reader).iloc[0, 0]))
    months = row["as_of_date"], row["first_month"], row["last_complete_month"]
    return Now(today or datetime.now(zone).date(), failure, reader, read_company(reader), *months)


def find(rule: Rule, now: Moment) -> Finding | None:
    """What a rule finds; None where nothing can be said, which neither opens nor resolves it."""
    if rule.on in RAN:
        return RAN[rule.on](now)
    if not isinstance(now, Now):
        return None
    if rule.metric:
        return metric_finding(rule, now)
    if rule.anomaly:
        return anomaly_finding(rule, fetch(POINTS, {}, now.reader), now.as_of)
    if rule.older_than is not None:
        return age_finding(rule.older_than, now.as_of, now.today)
    return _restated(now) if rule.on == "restatement" else _totals()


def metric_finding(rule: Rule, now: Now) -> Finding | None:
    """The value of the last complete month, against a bound or another value."""
    metric = get_metric(rule.metric)
    value, cases = _value(metric, rule, now, now.month)
    if math.isnan(value) or (cases is not None and cases < rule.cases):
        return None
    said = f"{metric.label} is {_shown(metric, value, now)} in {month_label(now.month)}"
    if rule.bound in ("below", "above"):
        is_bad = (value - rule.size) * SIDES[rule.bound] > 0
        rest = f", {rule.bound if is_bad else 'not ' + rule.bound} {_shown(metric, rule.size, now)}"
    else:
        other = _other(metric, rule, now)
        moved = None if other is None else change(value, other[1], metric.format, now.company.currency)
        if moved is None or other is None:
            return None
        is_bad = moved.size * SIDES[rule.bound] >= rule.size and moved.direction == SIDES[rule.bound]
        rest = f", {moved.text} against {other[0]}, {_shown(metric, other[1], now)}"
    of = "; ".join(", ".join(values) for values in rule.where.values())
    count = f" (n = {cases:,.0f})" if cases is not None else ""
    return Finding(
        is_bad,
        said + (f" for {of}" if of else "") + rest + count,
        f"{now.month:%Y-%m} {value!r}",
        page=metric.page or "data_health",
        where=tuple(rule.where.items()),
        months=(now.month, now.month),
    )


def _value(metric: Metric, rule: Rule, now: Now, month: date) -> tuple[float, float | None]:
    """A metric's value in a month, and the cases that it rests on."""
    asked = [metric.name, *([metric.sample] if metric.sample else [])]
    known = {key: list(values) for key, values in rule.where.items()}
    row = query(asked, (), known, month, month, ignore_inapplicable=True, reader=now.reader).iloc[0]
    cases = float(row[metric.sample]) if metric.sample else None
    return float(row[metric.name]), cases


def _other(metric: Metric, rule: Rule, now: Now) -> tuple[str, float] | None:
    """What a value is compared with, in words and as a number; None before the data begin."""
    if rule.against == "target":
        return "its target", _value(get_metric(str(metric.target)), rule, now, now.month)[0]
    month = add_months(now.month, -YEAR if rule.against == "year" else -1)
    return None if month < now.first else (month_label(month), _value(metric, rule, now, month)[0])


def _shown(metric: Metric, value: float, now: Now) -> str:
    return number(value, metric.format, now.company.currency)


def anomaly_finding(rule: Rule, points: pd.DataFrame, as_of: date) -> Finding:
    """The bad anomalies of the last whole week and month. A rule that is open stays so while any is left.

    `points` are rows of fct_anomalies. With `where` they are those of the slices that it names, else one of an event.
    """
    found = points[points["is_bad"] & (_in_slices(points, rule) if rule.where else points["is_lead"])]
    found = found[found["metric"].isin(rule.metrics)] if rule.metrics else found
    starts = pd.to_datetime(found["period_start"]).dt.date
    current = [_is_current(grain, start, as_of) for grain, start in zip(found["grain"], starts, strict=True)]
    found = found[pd.Series(current, found.index, dtype=bool)]
    bad = found[found["severity"].isin(SEVERITIES[SEVERITIES.index(rule.anomaly) :])]
    listed = found.sort_values("score", key=abs, ascending=False)
    lines = [_told(row) for row in listed.head(TOLD).itertuples()]
    more = [f"and {len(listed) - TOLD} more"] if len(listed) > TOLD else []
    marks = "".join(sorted(f"{r.metric} {r.dimension_value} {r.period_start} " for r in found.itertuples()))
    return Finding(
        len(bad) > 0,
        "\n".join([*lines, *more]) or "Nothing leaves its expected band for the worse.",
        hashlib.sha256(marks.encode()).hexdigest()[:16],
        lingers=len(found) > 0,
        page="anomalies",
        where=(*rule.where.items(), *([("metric", rule.metrics)] if rule.metrics else [])),
        months=(add_months(as_of.replace(day=1), -1), as_of.replace(day=1)),
    )


def _in_slices(points: pd.DataFrame, rule: Rule) -> pd.Series:
    """Which points lie in a slice that the rule names."""
    chosen = pd.Series(False, points.index)
    for dimension, values in rule.where.items():
        chosen |= (points["dimension"] == dimension) & points["dimension_value"].isin(values)
    return chosen & points["is_anomaly"]


def _is_current(grain: str, start: date, as_of: date) -> bool:
    """Whether a period is the last whole one."""
    if grain == "week":
        return start + timedelta(days=6) <= as_of < start + timedelta(days=13)
    ends, next_ends = add_months(start, 1), add_months(start, 2)
    return ends - timedelta(days=1) <= as_of < next_ends - timedelta(days=1)


def _told(row: object) -> str:
    """One anomaly in a line."""
    point = {name: getattr(row, name) for name in POINTS.removeprefix("select ").partition(" from")[0].split(", ")}
    start = pd.Timestamp(point["period_start"])
    when = f"{start:%B %Y}" if point["grain"] == "month" else f"week of {start:%-d %b %Y}"
    actual, expected = (signed(f"{point[name]:,.0f}") for name in ("actual_value", "expected_value"))
    score = signed(f"{point['score']:+.1f}")
    return (
        f"{point['metric_label']}, {point['dimension_value']}, {when}: {actual} against "
        f"{expected} expected ({score} deviations, {point['severity']}, "
        f"n = {point['history_points']} earlier {point['grain']}s)"
        f"{TRACKING if point['is_tracking_fault'] else ''}"
    )


def age_finding(most: int, as_of: date, today: date) -> Finding:
    """How old the data are."""
    days = (today - as_of).days
    return Finding(days > most, f"The data are of {as_of:%-d %b %Y}, {days} days ago; {most} may be.", f"{as_of}")


def _refresh(now: Moment) -> Finding:
    text = f"The refresh failed: {now.failure}" if now.failure else "The refresh went well."
    return Finding(bool(now.failure), text, now.failure[:200])


def _build(_: Moment) -> Finding:
    found = fetch(BUILD, {})
    status, at, why = found.iloc[0] if len(found) else ("", None, "")
    is_bad = status in ("failed", "refused")
    text = f"The build of {at:%-d %b, %H:%M} UTC is not shown: {why}" if is_bad else "The last build was not refused."
    return Finding(is_bad, text, f"{at} {status}"[:200])


def _restated(now: Now) -> Finding:
    """The settled values of closed months that moved with the publication that is shown."""
    row = fetch("select published_at from ops.publications where publication_id = %(n)s", {"n": now.reader.publication})
    moved = [one for one in restated(now.reader) if one.is_settled and one.published_at == row.iloc[0, 0]]
    said = [text for one in moved if one.segment is None and (text := one.sentence(now.company.currency))]
    more = [f"and {len(said) - TOLD} more"] if len(said) > TOLD else []
    text = "\n".join([*said[:TOLD], *more]) or "No closed month moved."
    return Finding(bool(said), text, f"publication {now.reader.publication}" if said else "")


def _totals() -> Finding:
    off, n, at = fetch(TOTALS, {}).iloc[0]
    return Finding(bool(off), f"{off} of {n} totals of expected.yml are off.", f"{at}")


RAN = {"failed refresh": _refresh, "refused build": _build}  # what can be said before anything is shown
