"""What moved in closed months, on the way that led to the publication that is shown, as a role may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from metrics.catalogue import catalogue, get_metric
from metrics.formats import UNKNOWN, Currency, number
from warehouse.reading import Reader, fetch

# what was settled with the end of a month, in the order in which it is said; of the others nobody asks first
SETTLED = (
    *("mrr", "active_customers", "arpa", "nrr_t12m", "grr_t12m"),
    *("new_mrr", "expansion_mrr", "churned_mrr", "logo_churn_rate", "quick_ratio"),
    *("won_amount", "win_rate", "win_rate_value", "sales_cycle_days", "deals_created", "spend", "cac"),
)
DAYS = 31  # before what is shown was published
RESTATED = """
    with recursive way as (
        select publication_id, continues, published_at, published_at as until
        from ops.publications where publication_id = %(publication)s
        union all
        select before.publication_id, before.continues, before.published_at, way.until
        from ops.publications as before
        inner join way on way.continues = before.publication_id
        where before.published_at > way.until - %(days)s * interval '1 day'
    )
    select
        metric,
        month,
        segment,
        (array_agg(value_before order by publication_id))[1] as before,
        (array_agg(value_after order by publication_id desc))[1] as after,
        (array_agg(accounts order by publication_id desc))[1] as accounts,
        (array_agg(reason order by publication_id desc))[1] as reason,
        max(published_at) as published_at
    from ops.restatements inner join way using (publication_id)
    group by 1, 2, 3
    order by month desc, metric, segment nulls first
"""


@dataclass(frozen=True)
class Restated:
    """A value of a closed month as it was a month ago and as it is; `segment` None is all of them."""

    metric: str
    month: date
    segment: str | None
    before: float | None
    after: float | None
    accounts: int
    reason: str
    published_at: datetime

    @property
    def is_settled(self) -> bool:
        """Whether it was known for good when its month ended."""
        return self.metric in SETTLED

    @property
    def is_ripening(self) -> bool:
        """Whether it moves for weeks by itself, as what waits for an outcome gets one."""
        return get_metric(self.metric).ripens

    def sentence(self, currency: Currency = UNKNOWN) -> str | None:
        """«March 2026 NRR was 103.1 %, now 102.4 %: three late cancellations: …»; None where both look alike."""
        metric = get_metric(self.metric)
        before, after = (
            "not known" if value is None else number(value, metric.format, currency)
            for value in (self.before, self.after)
        )
        if before == after:
            return None
        why = f": {self.reason}" if self.reason else ""
        return f"{self.month:%B %Y} {metric.label} was {before}, now {after}{why}."


def restated(reader: Reader) -> list[Restated]:
    """The values that moved within a month before what is shown was published, by month: what ripens comes last."""
    if reader.publication is None:
        return []
    found = fetch(RESTATED, {"publication": reader.publication, "days": DAYS}, reader)
    known = catalogue()
    found = found.astype(object).where(found.notna(), None)
    rows = (Restated(*row) for row in found.itertuples(index=False, name=None))
    moved = [one for one in rows if one.metric in known and one.before != one.after]
    return sorted(moved, key=lambda one: (one.is_ripening, not one.is_settled))


def exact(value: float | None, kind: str, currency: Currency = UNKNOWN) -> str:
    """A value in which small differences show: whole amounts, and shares with two decimals."""
    if value is None:
        return "–"
    if kind == "money":
        return currency.exact(value)
    return f"{value * 100:.2f} %" if kind == "percent" else number(value, kind, currency)
