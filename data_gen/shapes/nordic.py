"""A company of another shape: bookkeeping software in Stockholm, in three currencies, with a year from February."""

from __future__ import annotations

from datetime import date

from company.profile import Holiday, ServiceHours
from data_gen.incidents import IncidentKind, PlannedIncident, Scope
from data_gen.shapes.money import Catalogue, Currency, Interval, Meter, Product, Reason, ReasonWords
from data_gen.shapes.people import Channel, Crowd, Loyalty, Mix, Names, Pricing, Region, Segment, Selling
from data_gen.shapes.sales import DealKind, MarketingWords, Pipeline, SalesWords, Stage
from data_gen.shapes.service import Cause, Matter, Module, Priority, ProductWords, SupportWords, Topic
from data_gen.shapes.shape import Calendar, Shape

EUR, SEK, GBP = 0, 1, 2  # places of the currencies
SEGMENTS = (
    Segment(
        "Self-serve",
        0.58,
        Pricing(1_900, 0.5, 700, 6_000, (0, 1), 0.7, (0.55, 0.12, 0.30, 0.03), addon_cents=1_900, card_share=0.7),
        Selling(0.38, 18.0, quota=15, plan=0, rep_cost=5_800, sells_expansions=False),
        Loyalty(0.017, 0.022, 0.005, leaves_at_once=True),
        Crowd((1, 49), contacts=0.5, users=0.8, tickets=0.4, orders=0.3, pieces=1),
    ),
    Segment(
        "Scale",
        0.32,
        Pricing(18_000, 0.5, 7_000, 60_000, (0, 1), 0.3, (0.25, 0.02, 0.60, 0.13), addon_cents=14_900),
        Selling(0.27, 49.0, quota=110, plan=1, rep_cost=8_400),
        Loyalty(0.008, 0.040, 0.006),
        Crowd((50, 499), contacts=1.6, users=4.0, tickets=0.9, orders=1.0, pieces=4),
    ),
    Segment(
        "Strategic",
        0.10,
        Pricing(
            95_000, 0.3, 62_000, 300_000, (1, 1), 1.0, (0.05, 0.0, 0.60, 0.35), addon_cents=69_900, negotiates=True
        ),
        Selling(0.19, 110.0, quota=160, plan=1, rep_cost=11_000, has_trials=False),
        Loyalty(0.004, 0.043, 0.004),
        Crowd((500, 15_000), contacts=3.5, users=9.0, tickets=1.4, orders=2.5, pieces=9),
    ),
)
REGIONS = (
    Region("Nordics", 0.48, ("SE", "SE", "NO", "DK"), tax_percent=25, currency=SEK, languages=(("sv", 0.08),)),
    Region("DACH", 0.27, ("DE", "DE", "AT", "CH"), tax_percent=19, languages=(("de", 0.07),)),
    Region("UK&I", 0.17, ("GB", "GB", "GB", "IE"), tax_percent=20, currency=GBP),
    Region("Rest of world", 0.08, ("NL", "EE", "PL", "US"), tax_percent=0),
)
CHANNELS = (
    Channel("Search", (0.40, 0.25, 0.10), -0.25, 9_000, 3.0, 0.041, currency=SEK),
    Channel("LinkedIn", (0.20, 0.30, 0.30), 0.05, 26_000, 8.0, 0.007),
    Channel("Partner", (0.12, 0.25, 0.40), 0.30, is_paid=False),
    Channel("Word of mouth", (0.28, 0.20, 0.20), 0.45, is_paid=False),
)
NAMES = Names(
    locale="sv_SE",
    endings=("AB", "Redovisning AB", "& Söner", "Group", "GmbH", "Ltd", "Handel AB", "Consulting", "Bygg AB"),
    industries=("Accounting", "Construction", "Retail", "Restaurants", "Consulting", "Transport"),
    titles=("CEO", "CFO", "Accountant", "Bookkeeper", "Controller", "Office Manager", "Payroll Manager"),
)
CATALOGUE = Catalogue(
    products=(
        Product("Team", "plan", 2_900, "seat", 610, tier="Team"),
        Product("Company", "plan", 7_900, "seat", 1_350, tier="Company"),
        Product("Free", "plan", 0, "seat", 40, tier="Free"),
        Product("Year-end help", "add-on", 14_900, "account", 5_200),
        Product("Migration", "service", 99_000, "piece", 61_000, order_share=0.4),
        Product("Advice by the hour", "service", 14_000, "hour", 8_800, order_share=0.6),
        Product("Scanned receipts", "add-on", 0, "piece", 0),
    ),
    paid_plans=2,
    highest_upgrade=1,
    addon=3,
    intervals=(
        Interval(1, "month", "monthly"),
        Interval(1, "week"),
        Interval(1, "year", "annual"),
        Interval(2, "year"),
    ),
    currencies=(Currency("EUR"), Currency("SEK", 880, 1_100), Currency("GBP", 11_700, 85)),
    meter=Meter(product=6, plan=1, median_units=9_000, spread=1.1, price_micros=4_000),
)
REASONS = (
    ReasonWords(Reason.PRICE, "price", ("För dyrt för oss", "The invoice grew every year")),
    ReasonWords(Reason.PRODUCT, "missing feature", ("No payroll for Norway", "We need more reports")),
    ReasonWords(Reason.SUPPORT, "slow support", ("Waited three days in the year-end", "Ingen svarade")),
    ReasonWords(Reason.COMPETITOR, "rival", ("Our bank offers the same", "Moved to what our accountant uses")),
    ReasonWords(Reason.CLOSED, "wound up", ("Firman är avvecklad", "We sold the business"), is_voluntary=False),
    ReasonWords(Reason.PAYMENT, "payment", ("Kortet gick ut", "The reminders went to nobody"), is_voluntary=False),
    ReasonWords(Reason.OTHER, "not needed", ("Only needed it for one project", "Pausing for now")),
    ReasonWords(Reason.NOT_CONVERTED, "trial lapsed"),
)
PIPELINES = (
    Pipeline(
        "New business",
        (Stage("Intro", 20, "pipeline", 0.6), Stage("Trial", 40, "best case", 0.4)),
        won="Signed",
        lost="Lost",
        path=(0, 1, 0, 1),
        kinds=(DealKind.NEW, DealKind.EXPANSION),
        before_back=(0, 1),
        back=(2, 3),
    ),
    Pipeline(
        "Renewals",
        (Stage("Due", 85, "commit", 1.0),),
        won="Renewed",
        lost="Ended",
        path=(0,),
        kinds=(DealKind.RENEWAL,),
    ),
)
SALES = SalesWords(
    ("New customer", "More seats", "Renewal"),
    (("price", 0.3), ("rival", 0.25), ("no answer", 0.25), ("missing feature", 0.15), ("other", 0.05)),
)
PRODUCT = ProductWords(
    modules=(
        *(Module("Ledger", "journal"), Module("Invoicing", "invoice")),
        *(Module("Payroll", "run"), Module("Reports", "report")),
    ),
    versions=("24.1", "24.2", "24.3", "25.1", "25.2", "25.3", "26.1", "26.2", "26.3"),
    broken_version="25.2",
    broken_feature=4,
    broken_notes="New e-invoice gateway",
    usual_notes="Smaller mends",
    events=("login", "feature_use", "first_invoice_sent", "invite", "export", "error"),
    roles=(("admin", 0.3), ("member", 0.6), ("viewer", 0.1)),
)
TOPICS = (
    Topic(
        "Bookkeeping",
        0.4,
        ((Matter.USAGE, 0.55), (Matter.TECHNICAL, 0.25), (Matter.FEEDBACK, 0.20)),
        (Cause("Opening balance missing", "medium", 1.8), Cause("Unclear help page", "low", 0.9)),
        concerns_feature=True,
    ),
    Topic(
        "Invoicing",
        0.35,
        ((Matter.BILLING, 0.45), (Matter.TECHNICAL, 0.35), (Matter.USAGE, 0.20)),
        (Cause("Address not registered", "medium", 1.7), Cause("Tax table outdated", "high", 0.6)),
        release_cause=Cause("E-invoice gateway 25.2", "critical"),
        concerns_feature=True,
    ),
    Topic(
        "Access",
        0.25,
        ((Matter.ACCESS, 0.85), (Matter.FEEDBACK, 0.15)),
        (Cause("BankID outage", "high", 0.7), Cause("Invitation expired", "low", 1.9)),
    ),
)
HOLIDAYS = (
    *(Holiday(date(2025, 6, 6), "National Day"), Holiday(date(2025, 6, 20), "Midsummer Eve")),
    *(Holiday(date(2025, 12, 24), "Christmas Eve"), Holiday(date(2025, 12, 25), "Christmas Day")),
    *(Holiday(date(2025, 12, 26), "Boxing Day"), Holiday(date(2025, 12, 31), "New Year's Eve")),
    *(Holiday(date(2026, 1, 1), "New Year's Day"), Holiday(date(2026, 1, 6), "Epiphany")),
    *(Holiday(date(2026, 4, 3), "Good Friday"), Holiday(date(2026, 4, 6), "Easter Monday")),
    *(Holiday(date(2026, 5, 1), "May Day"), Holiday(date(2026, 5, 14), "Ascension Day")),
    *(Holiday(date(2026, 6, 19), "Midsummer Eve"), Holiday(date(2026, 12, 24), "Christmas Eve")),
    *(Holiday(date(2026, 12, 25), "Christmas Day"), Holiday(date(2027, 1, 1), "New Year's Day")),
    Holiday(date(2027, 1, 6), "Epiphany"),
)
SUPPORT = SupportWords(
    TOPICS,
    (
        Priority("P1", 0.05, 1.0, 6.0, 1.3, escalates=True),
        Priority("P2", 0.20, 2.0, 9.0, 1.15, escalates=True),
        Priority("P3", 0.55, 9.0, 36.0, 0.95),
        Priority("P4", 0.20, 18.0, 90.0, 0.7),
    ),
    channels=(("email", 0.5), ("chat", 0.4), ("phone", 0.1)),
    hours=ServiceHours((1, 2, 3, 4, 5), 8 * 60, 17 * 60, HOLIDAYS, always=("P1",)),
    tells_status=True,
)
INCIDENTS = (
    PlannedIncident(
        IncidentKind.BAD_RELEASE,
        Scope("tickets", "total", "All"),
        *(6, 6, 40),
        "Release 25.2 breaks the e-invoice gateway: tickets about invoicing and errors multiply for five weeks.",
    ),
    PlannedIncident(
        IncidentKind.PRICE_RISE,
        Scope("churned_customers", "segment", "Self-serve"),
        *(10, 0, 30),
        "Prices of monthly Self-serve plans rise by 8 %: churn triples for a month.",
    ),
    PlannedIncident(
        IncidentKind.SLA_COLLAPSE,
        Scope("resolution_breaches", "region", "DACH"),
        *(14, 2, 29),
        "The German-speaking team is away: answers take four times as long.",
    ),
)
NORDIC = Shape(
    name="Nordic Ledger AB",
    calendar=Calendar(
        "Europe/Stockholm", fiscal_first_month=2, quiet_months=(6, 11), holidays=tuple(one.day for one in HOLIDAYS)
    ),
    segments=SEGMENTS,
    regions=REGIONS,
    channels=CHANNELS,
    names=NAMES,
    catalogue=CATALOGUE,
    reasons=REASONS,
    failures=("insufficient_funds", "card_expired", "card_declined", "processor_outage", "other"),
    pipelines=PIPELINES,
    sales=SALES,
    marketing=MarketingWords((("brand", 0.5), ("year-end", 0.3), ("switchers", 0.2))),
    product=PRODUCT,
    support=SUPPORT,
    incidents=INCIDENTS,
    mix=Mix(customers=0.36, won=0.30, trials=0.22, prospects=0.12),
    labels={"segment": "Tier", "region": "Market", "ticket_priorities": "Severity"},
    gross_margin_percent=78,
)
