"""The default company: software for companies of every size, in dollars, by the calendar year, in UTC."""

from __future__ import annotations

from data_gen.incidents import IncidentKind, PlannedIncident, PlannedSurge, Scope
from data_gen.shapes.money import Catalogue, Currency, Interval, Product, Reason, ReasonWords
from data_gen.shapes.people import Channel, Crowd, Loyalty, Names, Pricing, Region, Segment, Selling
from data_gen.shapes.sales import DealKind, MarketingWords, Pipeline, SalesWords, Stage
from data_gen.shapes.service import Cause, Matter, Module, Priority, ProductWords, SupportWords, Topic
from data_gen.shapes.shape import Calendar, Shape

SEGMENTS = (
    Segment(
        "SMB",
        0.62,
        Pricing(3_300, 0.5, 1_200, 8_800, (0, 1), 0.45, (0.65, 0.05, 0.30), addon_cents=2_900, card_share=0.6),
        Selling(0.40, 26.0, quota=21, plan=1, rep_cost=7_500, sells_expansions=False),
        Loyalty(0.0145, 0.021, 0.004, leaves_at_once=True),
        Crowd((5, 99), contacts=0.8, users=1.0, tickets=0.48, orders=0.3, pieces=1),
    ),
    Segment(
        "Mid-Market",
        0.30,
        Pricing(28_000, 0.5, 12_500, 85_000, (1, 2), 0.5, (0.30, 0.05, 0.65), addon_cents=19_900),
        Selling(0.26, 58.0, quota=144, plan=2, rep_cost=11_000),
        Loyalty(0.0070, 0.042, 0.006),
        Crowd((100, 999), contacts=2.0, users=4.0, tickets=0.85, orders=1.0, pieces=4),
    ),
    Segment(
        "Enterprise",
        0.08,
        Pricing(150_000, 0.25, 122_000, 420_000, (3, 3), 1.0, (0.0, 0.05, 0.95), addon_cents=99_900, negotiates=True),
        Selling(0.18, 125.0, quota=180, plan=3, rep_cost=15_500, has_trials=False),
        Loyalty(0.0042, 0.045, 0.004),
        Crowd((1000, 20_000), contacts=4.0, users=11.0, tickets=1.5, orders=2.5, pieces=9),
    ),
)
REGIONS = (
    Region("North America", 0.46, ("US", "US", "US", "CA"), tax_percent=0),
    Region(
        "Europe", 0.29, ("GB", "DE", "FR", "NL"), tax_percent=20, languages=(("de", 0.055), ("fr", 0.05), ("es", 0.02))
    ),
    Region("Asia Pacific", 0.16, ("AU", "JP", "IN", "SG"), tax_percent=10),
    Region("Latin America", 0.09, ("BR", "MX", "CL", "CO"), tax_percent=16, languages=(("es", 0.1), ("pt", 0.06))),
)
CHANNELS = (
    Channel("Google Ads", (0.28, 0.16, 0.05), -0.35, 16_500, 4.0, 0.034),
    Channel("LinkedIn", (0.10, 0.18, 0.20), 0.05, 32_000, 9, 0.006),
    Channel("Content Marketing", (0.24, 0.18, 0.08), 0.15, 11_000, 3, 0.019),
    Channel("Events", (0.05, 0.12, 0.24), 0.10, 46_000, 30, 0.045),
    Channel("Referral", (0.14, 0.11, 0.08), 0.45, 9_500, 20, 0.06, is_paid=False),
    Channel("Partner", (0.08, 0.10, 0.10), 0.25, 17_500, 15, 0.028, is_paid=False),
    Channel("Outbound", (0.06, 0.12, 0.23), -0.10, 30_000, 40, 0.011, is_paid=False),
    Channel("Unknown", (0.05, 0.03, 0.02), -0.15, is_known=False, is_paid=False),
)
NAMES = Names(
    locale="en_US",
    endings=(
        *("Labs", "Systems", "Group", "& Co", "Works", "Logistics", "Health", "Média", "Partners"),
        *("Solutions, Inc.", "GmbH", "Analytics"),
    ),
    industries=(*("Software", "Finance", "Healthcare", "Retail", "Manufacturing", "Education", "Logistics", "Media"),),
    titles=(
        *("CEO", "CFO", "VP Sales", "VP Operations", "Head of RevOps", "Director of IT", "IT Manager"),
        *("Operations Manager", "Sales Manager", "Analyst", "Office Administrator", "Engineer"),
    ),
)
CATALOGUE = Catalogue(
    products=(
        Product("Starter", "plan", 1_900, "seat", 420, tier="Starter"),
        Product("Growth", "plan", 3_900, "seat", 780, tier="Growth"),
        Product("Business", "plan", 6_900, "seat", 1_240, tier="Business"),
        Product("Enterprise", "plan", 9_900, "seat", 1_680, tier="Enterprise"),
        Product("Free", "plan", 0, "seat", 60, tier="Free"),
        Product("Premium support", "add-on", 19_900, "account", 6_100),
        Product("Onboarding workshop", "service", 149_000, "piece", 78_000, order_share=0.3),
        Product("Consulting hour", "service", 18_000, "hour", 9_500, order_share=0.45),
        Product("Badge printer", "service", 42_900, "piece", 31_000, stock=84, order_share=0.25),
        Product("Card reader", "service", 12_900, "piece", 8_800, stock=0, is_active=False),
    ),
    paid_plans=4,
    highest_upgrade=2,
    addon=5,
    intervals=(Interval(1, "month", "monthly"), Interval(3, "month", "quarterly"), Interval(1, "year", "annual")),
    currencies=(Currency("USD"),),
)
REASONS = (
    ReasonWords(Reason.PRICE, "price", ("Too expensive for what we use", "The new price is above our budget")),
    ReasonWords(Reason.PRODUCT, "product", ("Missing integrations, sadly", "Our team never warmed to it")),
    ReasonWords(Reason.SUPPORT, "support", ("Support took too long", "Nobody answered for days")),
    ReasonWords(
        Reason.COMPETITOR,
        "competitor",
        ('Switched to a competitor, "cheaper" and good enough', "Another tool won the comparison"),
    ),
    ReasonWords(Reason.CLOSED, "business_closed", ("We closed the business unit", "Réorganisation interne")),
    ReasonWords(
        Reason.PAYMENT,
        "payment_failed",
        ("Card kept failing; nobody noticed", "We never saw the reminders"),
        is_voluntary=False,
    ),
    ReasonWords(Reason.OTHER, "other", ("The project ended", "Not needed at the moment")),
    ReasonWords(Reason.NOT_CONVERTED, "trial_not_converted"),
)
PIPELINE = Pipeline(
    "Sales",
    (
        Stage("prospecting", 10, "pipeline", 0.26),
        Stage("qualification", 20, "pipeline", 0.27),
        Stage("demo", 40, "pipeline", 0.21),
        Stage("proposal", 60, "best case", 0.16),
        Stage("negotiation", 80, "commit", 0.10),
    ),
    won="closed_won",
    lost="closed_lost",
    path=(0, 1, 2, 3, 2, 3, 4),
    kinds=(DealKind.NEW, DealKind.EXPANSION),
    before_back=(2, 3),
    back=(4, 5),
)
SALES = SalesWords(
    ("New business", "Expansion"),
    (
        *(("price", 0.24), ("competitor", 0.2), ("no_decision", 0.24), ("missing_feature", 0.1), ("timing", 0.1)),
        *(("no_budget", 0.08), ("other", 0.04)),
    ),
)
PRODUCT = ProductWords(
    modules=(
        *(Module("Pipeline", "board"), Module("Reporting", "report"), Module("Billing", "invoice")),
        *(Module("Automation", "rule"), Module("Integrations", "sync"), Module("Admin", "role")),
    ),
    versions=("v0.8", "v0.9", "v1.0", "v1.1", "v1.2", "v1.3", "v1.4", "v1.5", "v1.6"),
    broken_version="v1.2",
    broken_feature=16,
    broken_notes="New data sync engine",
    usual_notes="Smaller fixes, faster reports",
    events=("login", "feature_use", "activation", "invite", "export", "error"),
    roles=(("admin", 0.15), ("member", 0.65), ("viewer", 0.2)),
)
TOPICS = (
    Topic(
        "billing",
        0.2,
        ((Matter.BILLING, 1.0),),
        (
            Cause("Invoice unclear", "low", 2.4),
            Cause("Payment declined", "medium", 1.6),
            Cause("Wrong plan charged", "medium", 0.5),
        ),
    ),
    Topic(
        "technical",
        0.28,
        ((Matter.TECHNICAL, 1.0),),
        (
            Cause("Slow reports", "medium", 2.2),
            Cause("Integration token expired", "high", 1.3),
            Cause("Browser incompatibility", "low", 0.4),
        ),
        release_cause=Cause("Data sync regression v1.2", "critical"),
        concerns_feature=True,
    ),
    Topic(
        "product_usage",
        0.27,
        ((Matter.USAGE, 1.0),),
        (
            Cause("Documentation gap", "low", 1.0),
            Cause("Confusing workflow", "medium", 1.9),
            Cause("Missing feature", "medium", 0.6),
        ),
        concerns_feature=True,
    ),
    Topic(
        "account_access",
        0.15,
        ((Matter.ACCESS, 1.0),),
        (
            Cause("Single sign-on misconfigured", "high", 0.7),
            Cause("Password reset mail lost", "medium", 2.1),
            Cause("User limit reached", "low", 0.4),
        ),
    ),
    Topic(
        "feedback",
        0.10,
        ((Matter.FEEDBACK, 1.0),),
        (Cause("Feature request", "low", 2.6), Cause("Praise or complaint", "low", 1.0)),
    ),
)
SUPPORT = SupportWords(
    TOPICS,
    (
        Priority("urgent", 0.06, 1.0, 8.0, 1.3, escalates=True),
        Priority("high", 0.22, 4.0, 24.0, 1.15, escalates=True),
        Priority("normal", 0.52, 8.0, 72.0, 0.95),
        Priority("low", 0.20, 24.0, 168.0, 0.7),
    ),
    channels=(("email", 0.42), ("chat", 0.28), ("phone", 0.1), ("web", 0.2)),
)
INCIDENTS = (
    PlannedIncident(
        IncidentKind.BAD_RELEASE,
        Scope("tickets", "total", "All"),
        *(6, 6, 40),
        "Release v1.2 breaks data sync: technical tickets and errors multiply for five weeks.",
    ),
    PlannedIncident(
        IncidentKind.PAYMENT_OUTAGE,
        Scope("failed_payments", "total", "All"),
        *(8, 1, 5),
        "The payment processor is down as the month starts: most card charges of five days fail at first.",
    ),
    PlannedIncident(
        IncidentKind.PRICE_RISE,
        Scope("churned_customers", "segment", "SMB"),
        *(10, 0, 30),
        "Prices of monthly SMB plans rise by 8 %: SMB churn triples for a month.",
    ),
    PlannedIncident(
        IncidentKind.COST_BLOW_OUT,
        Scope("spend", "acquisition_channel", "LinkedIn"),
        *(12, 0, 29),
        "A bidding error on LinkedIn almost triples the channel's spend for a month.",
    ),
    PlannedIncident(
        IncidentKind.TRACKING_GAP,
        Scope("events", "region", "Europe", "down"),
        *(13, 8, 11),
        "A tracking bug loses Europe's product events for four days.",
    ),
    PlannedIncident(
        IncidentKind.SLA_COLLAPSE,
        Scope("resolution_breaches", "region", "North America"),
        *(14, 2, 29),
        "Half of the North American support team is away: answers take four times as long.",
    ),
    PlannedIncident(
        IncidentKind.CHURN_CLUSTER,
        Scope("churned_customers", "region", "Asia Pacific"),
        *(15, 0, 30),
        "A local competitor's offer takes customers in Asia Pacific within one month.",
    ),
)
CHANNEL = "acquisition_channel"
SURGES = (  # in weeks from Monday when the window opens on 1 May 2025, apart from the incidents
    PlannedSurge(
        Scope("spend", CHANNEL, "Content Marketing"), 40, 4, 7, 3, "Freelancers are paid by the hour for three weeks."
    ),
    PlannedSurge(
        Scope("errors", "region", "Europe"), 50, 5, 5, 3, "A slow network partner makes a few requests more time out."
    ),
    PlannedSurge(
        Scope("events", "region", "North America", "down"),
        *(-3, 4, 7, 8),
        "A new home page lets people find what they seek with ever fewer visits.",
        is_drift=True,
    ),
    PlannedSurge(
        Scope("tickets", "segment", "SMB"), 50, 8, 11, 3, "A confusing mail about new plans makes small customers ask."
    ),
    PlannedSurge(Scope("spend", CHANNEL, "Outbound"), 30, 9, 8, 2, "A list of addresses is bought twice."),
    PlannedSurge(
        Scope("errors", "segment", "Enterprise"), 60, 11, 5, 3, "A large customer's import runs against old limits."
    ),
    PlannedSurge(
        Scope("events", CHANNEL, "Referral", "down"), -30, 11, 5, 3, "Referred customers' holidays fall into one month."
    ),
    PlannedSurge(
        Scope("failed_payments", "segment", "SMB"), 60, 16, 6, 4, "A bank asks small customers for a second factor."
    ),
    PlannedSurge(
        Scope("tickets", "region", "Europe"), 60, 16, 6, 3, "A translated page is out of date: European users ask."
    ),
    PlannedSurge(
        Scope("events", "segment", "SMB", "down"),
        *(-3, 16, 6, 8),
        "Small customers turn to a cheaper tool, day by day.",
        is_drift=True,
    ),
    PlannedSurge(Scope("spend", CHANNEL, "Events"), 25, 16, 6, 3, "A fair costs a quarter more than its budget."),
)
DEFAULT = Shape(
    name="Synthetic Company",
    calendar=Calendar(),
    segments=SEGMENTS,
    regions=REGIONS,
    channels=CHANNELS,
    names=NAMES,
    catalogue=CATALOGUE,
    reasons=REASONS,
    failures=("insufficient_funds", "card_expired", "card_declined", "processor_outage", "other"),
    pipelines=(PIPELINE,),
    sales=SALES,
    marketing=MarketingWords((("always-on", 0.6), ("launch", 0.25), ("retargeting", 0.15))),
    product=PRODUCT,
    support=SUPPORT,
    incidents=INCIDENTS,
    surges=SURGES,
    bands={"arr": [10_000, 50_000, 100_000], "key_account_arr": 25_000, "list_price": [50, 200]},
)
