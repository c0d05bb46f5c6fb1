"""The registry of pages: navigation, tests, the README's table and dbt's exposures follow it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent


class Own(NamedTuple):
    """A filter of a page's own: its name in the address, and whether it takes several values."""

    key: str
    many: bool = True


@dataclass(frozen=True)
class Page:
    """A page: its folder in views/ and name in the address (`key`), and the question that it answers.

    `narrows` are the dimensions of metrics by which a filter of its own narrows it, beside those of every page.
    """

    key: str
    section: str
    title: str
    icon: str
    question: str
    narrows: Mapping[str, Own] = field(default_factory=dict, hash=False)

    @property
    def script(self) -> str:
        """Its entry, relative to main.py, as Streamlit names it."""
        return f"views/{self.key}/page.py"

    @property
    def file(self) -> Path:
        """Its entry."""
        return HERE / self.script

    @property
    def address(self) -> str:
        """Its path in the address: none for the first page."""
        return "" if self is FIRST else self.key


PAGES = (
    Page(
        "executive",
        "Overview",
        "Executive overview",
        ":material/monitoring:",
        "Where do MRR, NRR, customers, CAC and LTV stand, against target and earlier? What moved MRR, to the cent?",
    ),
    Page(
        "anomalies",
        "Overview",
        "Anomalies",
        ":material/warning:",
        "Which series left the band that their own history made likely, and how much does it matter?",
        {"metric": Own("metric"), "severity": Own("severity")},
    ),
    Page(
        "movements",
        "Revenue",
        "MRR & movements",
        ":material/waterfall_chart:",
        "Which accounts moved MRR, when and why? Is what we bill what MRR says, and is it paid?",
        {"movement_type": Own("movement")},
    ),
    Page(
        "retention",
        "Revenue",
        "Retention & cohorts",
        ":material/group:",
        "Who stays, who leaves, why, and does activation matter?",
    ),
    Page(
        "conversion",
        "Revenue",
        "Conversion",
        ":material/conversion_path:",
        "Which trials pay, who moves between plans?",
    ),
    Page(
        "orders",
        "Revenue",
        "Orders & products",
        ":material/shopping_cart:",
        "What is sold once, at what discount and margin, and how fast is it delivered?",
    ),
    Page(
        "pipeline",
        "Go to market",
        "Funnel & pipeline",
        ":material/filter_alt:",
        "Where do deals stop, how many are won, how long does it take, what is the open pipeline worth?",
        {"pipeline": Own("pipeline")},
    ),
    Page(
        "forecast",
        "Go to market",
        "Forecast",
        ":material/online_prediction:",
        "Where will MRR be in twelve months, what will the quarter bring, how sure is that, and what if?",
        {"pipeline": Own("pipeline")},
    ),
    Page(
        "reps",
        "Go to market",
        "Sales activity & reps",
        ":material/badge:",
        "Who makes quota, with how much work, and what does the work bring?",
        {"rep": Own("rep")},
    ),
    Page(
        "marketing",
        "Go to market",
        "Marketing & attribution",
        ":material/campaign:",
        "Which channels pay back, by four ways of sharing the credit?",
    ),
    Page(
        "health",
        "Customers",
        "Account health",
        ":material/health_and_safety:",
        "How healthy are the accounts, who is at risk, and what should be done first?",
    ),
    Page(
        "customer",
        "Customers",
        "Customer 360",
        ":material/person_search:",
        "Everything about one account, on one page",
    ),
    Page(
        "adoption",
        "Customers",
        "Product adoption",
        ":material/widgets:",
        "Who uses what, how often, and which features keep customers?",
        {"module": Own("module"), "feature_name": Own("feature", many=False)},
    ),
    Page(
        "support",
        "Operations",
        "Support & quality",
        ":material/support_agent:",
        "How much comes in, how fast is it answered, what is open and late?",
    ),
    Page(
        "causes",
        "Operations",
        "Root causes & releases",
        ":material/troubleshoot:",
        "What causes tickets, and did a release do harm?",
        {"category": Own("category", many=False)},
    ),
    Page(
        "your_data",
        "Operations",
        "Your data",
        ":material/folder_open:",
        "What was read of each source, what was learned, contradicts itself or lacks, and which metrics rest on it?",
    ),
    Page(
        "data_health",
        "Operations",
        "Data health",
        ":material/database:",
        "How fresh are the data, what was loaded and rejected, what does each number mean?",
    ),
)
FIRST = PAGES[0]
BY_KEY = {page.key: page for page in PAGES}
