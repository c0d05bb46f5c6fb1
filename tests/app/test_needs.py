"""What a page says it needs: of the metrics, facts and tables that were not loaded."""

from __future__ import annotations

from app.needs import lacks_for_query
from app.ui.head import not_loaded
from app.ui.health import lacking_parts
from metrics.needs import Lacking

LACKING = Lacking(
    metrics={"cac": ("marketing.spend",), "won_amount": ("crm.deals",)},
    marts={"fct_orders": ("billing.orders",), "fct_deals": ("crm.deals",), "fct_usage": (), "dim_product": ()},
    pages={},
    filled=frozenset({"billing.products", "product.events"}),
)


def test_a_query_lacks_something_when_each_of_its_facts_does() -> None:
    assert lacks_for_query(LACKING, "select * from marts.fct_orders join marts.dim_product") == ("billing.orders",)
    assert lacks_for_query(LACKING, "from marts.fct_orders union from marts.fct_deals") == (
        "billing.orders",
        "crm.deals",
    )
    assert lacks_for_query(LACKING, "from marts.fct_orders union from marts.fct_usage") == ()
    assert lacks_for_query(LACKING, "from marts.dim_account, marts.dim_product") == ()


def test_a_query_may_name_what_it_needs() -> None:
    said = "/* needs product.events.activation */ select * from marts.fct_usage"
    assert lacks_for_query(LACKING, said) == ("product.events.activation",)
    assert lacks_for_query(LACKING, "/* needs product.events */ select * from marts.fct_usage") == ()


def test_metrics_lack_something_together_or_any_of_them() -> None:
    assert LACKING.for_metrics(["cac", "won_amount"]) == ("crm.deals", "marketing.spend")
    assert LACKING.for_metrics(["cac", "mrr"]) == ()
    assert LACKING.for_any(["cac", "mrr", "fct_orders"]) == ("billing.orders", "marketing.spend")


def test_a_page_says_what_it_lacks_and_what_it_rests_on_less_for() -> None:
    usage, rest = ("product.events", "product.users"), ("billing.invoices", "support.tickets")
    assert not_loaded(usage, rest) == (
        "Not loaded, so that parts of this page stay empty: product.events and product.users; "
        "so that other numbers rest on less: billing.invoices and support.tickets."
    )
    assert not_loaded((), rest[:1]) == "Not loaded, so that numbers rest on less: billing.invoices."
    assert not_loaded((), ()) == ""


def test_health_says_what_each_part_lacks() -> None:
    known = {"product.events", "product.users", "support.tickets"}
    everything = known | {"billing.invoices", "billing.payments", "crm.activities"}
    assert lacking_parts(everything) == ""
    assert lacking_parts(everything - {"billing.invoices"}) == (
        "Health and churn risk rest on usage, support, revenue and engagement: "
        "revenue knows nothing of payments without billing.invoices."
    )
    assert lacking_parts(known | {"billing.invoices"}) == (
        "Health and churn risk rest on usage, support, revenue and engagement: revenue knows nothing of failed "
        "payments without billing.payments; engagement knows nothing of talks without crm.activities."
    )
    assert lacking_parts({"support.tickets", "billing.invoices", "billing.payments"}) == (
        "Health and churn risk rest on support and revenue: usage and engagement need product.events and product.users."
    )
