"""The marketing marts equal what pandas makes of spend, touches, deals and the ledger; each model shares one total."""

from __future__ import annotations

import math
from fractions import Fraction

import pandas as pd
import pytest

from metrics import query
from tests.conftest import Company
from tests.oracle import compare
from tests.oracle.files import DIMENSIONS, Slice, month_of, ratio
from tests.oracle.oracle import Oracle
from warehouse.reading import fetch

MODELS = ("first", "last", "linear", "position")


def shares(model: str, n: int) -> list[Fraction]:
    """What each of n touches gets, in their order."""
    if model in ("first", "last"):
        place = 0 if model == "first" else n - 1
        return [Fraction(int(index == place)) for index in range(n)]
    if model == "linear" or n <= 2:
        return [Fraction(1, n)] * n
    return [Fraction(2, 5), *[Fraction(1, 5) / (n - 2)] * (n - 2), Fraction(2, 5)]


def conversions(oracle: Oracle) -> pd.DataFrame:
    """New business won, with its amount, and customers won, with their new MRR; money in cents."""
    deals = oracle.sales.business
    won = deals[deals["won"] & (deals["closed_at"] < oracle.files.now)].rename(columns={"closed_at": "moment"})
    won = won.assign(kind="deal", worth=(won["amount"] * 100).round().astype("int64"))
    moves = oracle.revenue.movements
    new = moves[moves["kind"] == "new"]
    new = new.assign(kind="customer", worth=new["size"], moment=new["account_id"].map(oracle.revenue.first_paid))
    columns = ["kind", "account_id", "moment", "worth", *DIMENSIONS]
    return pd.concat([won[[*columns, "deal_id"]], new[columns]], ignore_index=True)


def credits(oracle: Oracle) -> pd.DataFrame:
    """Conversion × touch × model: the channel's exact share of the worth, in cents."""
    touches = oracle.files.read("marketing/touches", ["touched_at"]).sort_values(["touched_at", "touch_id"])
    by_account = dict(list(touches.groupby("account_id")))
    found = []
    for row in conversions(oracle).itertuples():
        mine = by_account.get(row.account_id, touches.iloc[:0])
        mine = mine[mine["touched_at"] <= row.moment]
        channels = list(mine["channel"]) or [row.acquisition_channel]
        for model in MODELS:
            for channel, share in zip(channels, shares(model, len(channels)), strict=True):
                key = row.deal_id if row.kind == "deal" else row.account_id
                found.append((row.kind, key, model, channel, float(share), float(share * row.worth), mine.empty))
    columns = ["conversion_type", "key", "attribution_model", "channel", "credit", "cents", "is_untouched"]
    return pd.DataFrame(found, columns=columns)


def test_every_share_of_credit_equals_the_oracle(oracle: Oracle) -> None:
    keys = ["conversion_type", "key", "attribution_model", "channel"]
    want = credits(oracle).groupby(keys).agg({"credit": "sum", "cents": "sum", "is_untouched": "max"}).sort_index()
    have = fetch(
        "select conversion_type, coalesce(deal_id, account_id) as key, attribution_model, channel, sum(credit) "
        "as credit, 100 * sum(won_amount + new_mrr) as cents, bool_or(is_untouched) as is_untouched, count(*) as rows "
        "from marts.attribution group by 1, 2, 3, 4",
        {},
    )
    have = have.set_index(keys).sort_index()
    assert list(have.index) == list(want.index)
    assert have["credit"].to_numpy() == pytest.approx(want["credit"].to_numpy(), abs=1e-9)
    # two roundings of running sums bound each touch's cents
    assert ((have["cents"].astype(float) - want["cents"]).abs() <= have["rows"] + 1e-6).all()
    assert (have["is_untouched"] == want["is_untouched"]).all()


def test_every_model_hands_out_the_same_total_to_the_cent(oracle: Oracle, any_company: Company) -> None:
    rows = conversions(oracle)
    truth = pd.read_csv(any_company.data / "truth/account_months.csv", parse_dates=["month"])
    truth = truth[truth["month"] >= oracle.files.months[0]]  # who was won before the window is in its opening balance
    won = int(rows.loc[rows["kind"] == "deal", "worth"].sum())
    gained = int((truth["new"] * 100).round().sum())
    have = fetch(
        "select attribution_model, 100 * sum(won_amount), 100 * sum(new_mrr), sum(new_customers) "
        "from marts.attribution group by 1",
        {},
    )
    totals = {row[0]: (int(row[1]), int(row[2]), round(row[3], 6)) for row in have.itertuples(index=False)}
    assert totals == dict.fromkeys(MODELS, (won, gained, float((truth["new"] > 0).sum())))


def test_the_credit_of_every_channel_equals_the_oracle(oracle: Oracle) -> None:
    names = {model: f"{model}_touch" if model in ("first", "last") else model for model in MODELS}
    rows = credits(oracle)
    for kind, value in (("deal", "won_amount"), ("customer", "new_mrr")):
        metrics = {model: f"{name}_{value}" for model, name in names.items()}
        since = conversions(oracle)["moment"].min().date()  # before the window, too
        have = query(list(metrics.values()), ["touch_channel"], start=since).set_index("touch_channel")
        want = rows[rows["conversion_type"] == kind].groupby(["channel", "attribution_model"])["cents"].sum().unstack()
        for model, metric in metrics.items():
            gap = have[metric].sub(want[model] / 100, fill_value=0).abs()
            assert (gap <= 0.5).all() and abs(have[metric].sum() * 100 - want[model].sum()) < 1e-3, metric


def test_spend_of_every_day_channel_and_campaign_equals_the_file(oracle: Oracle) -> None:
    rows = oracle.files.read("marketing/spend", ["spend_date"])
    rows = rows[rows["spend_date"].between(oracle.files.months[0], oracle.files.now, inclusive="left")]
    keys, values = ["spend_date", "channel", "campaign", "cost_type"], ["amount", "impressions", "clicks", "leads"]
    want = rows.groupby(keys)[values].sum().sort_index()
    have = fetch(
        "select spend_date, acquisition_channel, campaign, cost_type, spend, impressions, clicks, leads "
        "from marts.fct_marketing_spend",
        {},
    ).set_axis([*keys, *values], axis=1)
    have["spend_date"] = pd.to_datetime(have["spend_date"]).astype(rows["spend_date"].dtype)
    have = have.set_index(keys).sort_index().astype(float)
    pd.testing.assert_frame_equal(have, want.astype(float), rtol=0, atol=0.001)


def channel_months(oracle: Oracle) -> pd.DataFrame:
    """Channel × acquisition month: spend, customers won, first-year profit and who is left; nan where not known yet."""
    files, revenue = oracle.files, oracle.revenue
    complete = [month for month in files.months if files.end_of(month) == month + pd.DateOffset(months=1)]
    moves, spend = revenue.movements, revenue.spend
    found = []
    for channel in sorted(set(moves["acquisition_channel"]) | set(spend["acquisition_channel"])):
        here = spend[spend["acquisition_channel"] == channel]
        months = month_of(here["spend_date"])
        spent = here.groupby(months)["amount"].sum()
        media = here["amount"].where(here["cost_type"] == "media", 0).groupby(months).sum()
        for start, month in enumerate(files.months):
            here = moves[(moves["month"] == month) & (moves["acquisition_channel"] == channel)]
            if here.empty and month not in spent.index:
                continue
            new = here[here["kind"] == "new"]
            worth = revenue.cents.reindex(new["account_id"], fill_value=0)
            known = len(complete) - start  # month-ends known from the first one on
            profit = sum(float(worth[start + k + 1].sum()) for k in range(min(12, known))) / 100 * revenue.margin
            row = {
                "acquisition_channel": channel,
                "acquisition_month": month,
                "spend": float(spent.get(month, 0)),
                "media_spend": float(media.get(month, 0)),
                "new_customers": len(new),
                "new_mrr": new["size"].sum() / 100,
                "first_year_gross_profit": profit,
                "mature_media_spend": float(media.get(month, 0)) if known >= 12 else math.nan,
                "roas": ratio(profit, media.get(month, 0)) if known >= 12 else math.nan,
                "cac": ratio(spent.get(month, 0), len(new)),
            }
            for k in (3, 6, 12):
                row[f"retained_customers_{k}m"] = (worth[start + k + 1] > 0).sum() if known > k else math.nan
                row[f"mature_customers_{k}m"] = len(new) if known > k else math.nan
            row["retained_mrr_12m"] = worth[start + 13].sum() / 100 if known > 12 else math.nan
            found.append(row)
    return pd.DataFrame(found)


def test_every_month_of_a_channel_equals_the_oracle(oracle: Oracle) -> None:
    want = channel_months(oracle)
    have = fetch(f"select {', '.join(want.columns)} from marts.channel_performance", {})
    have["acquisition_month"] = pd.to_datetime(have["acquisition_month"])
    keys = ["acquisition_channel", "acquisition_month"]
    want, have = (frame.set_index(keys).sort_index().astype(float) for frame in (want, have))
    pd.testing.assert_frame_equal(have, want, rtol=1e-9, atol=1e-4, check_index_type=False)


def test_roas_and_what_channels_keep_equal_the_oracle(oracle: Oracle) -> None:
    everything = channel_months(oracle)

    def family(part: Slice, first: pd.Timestamp, last: pd.Timestamp) -> dict[str, float]:
        rows = part.only("acquisition_channel").of(everything)
        rows = rows[rows["acquisition_month"].between(first, last)]
        mature = rows[rows["mature_media_spend"].notna()]
        result = {"roas": ratio(mature["first_year_gross_profit"].sum(), mature["mature_media_spend"].sum())}
        for k in (3, 6, 12):
            won = rows[f"mature_customers_{k}m"].sum()
            result[f"mature_customers_{k}m"] = won
            result[f"customer_retention_{k}m"] = ratio(rows[f"retained_customers_{k}m"].sum(), won)
        return result

    wrong = [line for part in oracle.files.slices() for line in compare.over_ranges(oracle, family, part)]
    assert not wrong, compare.report(wrong)
