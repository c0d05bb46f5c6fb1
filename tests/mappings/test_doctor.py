"""The doctor's findings and drafts, what a mapping covers, and what the dashboard needs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from rich.console import Console

from company.contract import read_contract
from company.profile import Profile, Vocabulary, Word
from loader.__main__ import main
from loader.mapping.coverage import cover, filled_by
from loader.mapping.doctor import Doctor
from loader.mapping.reader import read_mapping
from loader.mapping.source import MappedSource
from metrics.readiness import needs_of_marts, readiness
from tests.conftest import Company
from tests.mappings.mapped import EXPORTS, TABLES, made, pick, run, whole
from warehouse.errors import TowerError
from warehouse.settings import ROOT

UNKNOWN = {
    "Kunden.csv": "Customer ID;Company;Signup Date;Country;Industry;Segment;Size\n"
    "K1;Alfa;03.01.2026;Germany;Retail;Enterprise;1.200\nK2;Beta;14.02.2026;France;;SMB;15\n"
    "K3;Gamma;20.02.2026;Spain;Tools;smb;7\n",
    "my_subscriptions.csv": "Subscription,Customer,Plan,Status,Interval,Start,End,Seats,Price\n"
    "S1,K1,Pro,active,monthly,2026-01-05,,10,20.00\nS2,K2,Basic,cancelled,annual,2026-02-15,2026-03-01,2,100.00\n",
    "plans.csv": "plan,tier,list price,active\nPro,Growth,20,yes\nBasic,Starter,10,yes\n",
    "cases.tsv": "Case Number\tCustomer\tOpened\tPriority\tClosed At\tSatisfaction\n"
    "1\tK1\t2026-03-01 10:00\thigh\t2026-03-02 09:00\t4\n2\tK2\t2026-03-04 11:30\tlow\t\t\n",
}


def command(*arguments: str) -> str:
    """What `python -m loader …` prints."""
    done = subprocess.run(
        [sys.executable, "-m", "loader", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What the command prints, run in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["loader", *arguments])
        assert main() == 0
    return capsys.readouterr().out


def seen(folder: Path, draft: Path, company: Profile = Profile()) -> str:  # noqa: B008 - it never changes
    """What the doctor says of a folder, in this process."""
    out = StringIO()
    with TemporaryDirectory() as scratch:
        Doctor(Console(file=out, width=500), folder, TABLES, Path(scratch), draft, company).look()
    return out.getvalue()


def answered(draft: Path, answers: dict[str, Any]) -> str:
    """Put answers in the place of the questions: by table.column, with :word for a word of it, or :default."""
    body, left = yaml.safe_load(draft.read_text()), dict(answers)
    for key, table in body["tables"].items():
        for name, entry in table["columns"].items():
            if isinstance(entry, str) and entry.startswith("?"):
                table["columns"][name] = left.pop(f"{key}.{name}")
            for part, value in entry.items() if isinstance(entry, dict) else ():
                if isinstance(value, str) and value.startswith("?"):
                    place = f":{part}" if part in ("default", "otherwise") else ""
                    entry[part] = left.pop(f"{key}.{name}{place}")
                for word, meant in value.items() if isinstance(value, dict) else ():
                    if meant.startswith("?"):
                        value[word] = left.pop(f"{key}.{name}:{word}")
    assert not left, f"not asked: {', '.join(left)}"
    draft.write_text(yaml.safe_dump(body, sort_keys=False))
    return str(draft)


def asked(draft: Path) -> list[str]:
    """The open questions of a draft, without file, line and number."""
    return [re.sub(r"^\S+ (.+?: )\?\d+ ", r"\1", text) for text in read_mapping(str(draft), TABLES, True).questions]


ANSWERS = {
    "billing.products.category": "plan",
    "billing.products.tier": "tier",
    "billing.products.billing_unit": "'seat'",
    "crm.accounts.segment": "segment",
    "crm.accounts.industry:default": "Unknown",
    "crm.accounts.region": "Europe",
    "crm.accounts.acquisition_channel": "Unknown",
    "crm.accounts.status": "customer",
    "support.tickets.channel": "email",
    "support.tickets.category": "technical",
    "support.tickets.priority": "priority",
    "support.tickets.reopened_count": 0,
    "support.tickets.is_escalated": False,
    "billing.subscription_changes.unit_price": "price",
    "billing.subscription_changes.discount_pct": 0,
    "billing.subscription_changes.change_type": "start",
}


def test_the_doctor_drafts_a_mapping_that_loads_once_it_is_answered(tmp_path: Path) -> None:
    data, draft = made(tmp_path / "data", UNKNOWN), tmp_path / "draft.yml"
    said = command("doctor", str(data), "--out", str(draft))
    assert "signup_date: date (day first)" in said
    assert "cases.tsv             utf-8     tab" in said
    assert "opened: time" in said
    assert "need marketing.spend" in said
    assert "price where it is the price of one of seats, price / seats where it is of all of them?" in said
    with pytest.raises(
        TowerError, match=r"draft.yml has 16 open questions; .*\n  draft.yml:36: billing.products.category"
    ):
        run(data, str(draft), tmp_path)
    rows = whole(data, answered(draft, ANSWERS), tmp_path)
    assert pick(rows["crm.accounts"], "account_id", "account_name", "segment", "employee_count", "created_at") == [
        ("K1", "Alfa", "Enterprise", "1200", "2026-01-03 00:00:00"),
        ("K2", "Beta", "SMB", "15", "2026-02-14 00:00:00"),
        ("K3", "Gamma", "smb", "7", "2026-02-20 00:00:00"),
    ]
    columns = ("subscription_id", "account_id", "product_id", "status", "billing_interval", "ended_at")
    assert pick(rows["billing.subscriptions"], *columns) == [
        ("S1", "K1", "Pro", "active", "monthly", None),
        ("S2", "K2", "Basic", "cancelled", "annual", "2026-03-01 00:00:00"),
    ]
    prices = [(row["quantity"], float(row["unit_price"])) for row in rows["billing.subscription_changes"]]
    assert sorted(prices) == [("10", 20), ("2", 100)]
    assert pick(rows["support.tickets"], "account_id", "priority", "csat_score", "status") == [
        ("K1", "high", "4.00", "closed"),
        ("K2", "low", None, "open"),
    ]
    assert yaml.safe_load(draft.read_text())["files"]["my_subscriptions"]["types"]["price"] == "number"
    assert "product.users" not in rows


GERMAN = {  # other words, another language: Verträge und Störungen
    "Kundenliste 2026.csv": "Kundennr;Firma;Branche;Land;Kunde seit\n100;Alfa GmbH;Handel;DE;05.01.2026\n"
    "101;Beta AG;Bau;AT;19.01.2026\n102;Gamma KG;Bau;CH;02.02.2026\n",
    "Vertraege.csv": "Vertragsnr;Kundennr;Tarif;Zustand;Turnus;Lizenzen;Einzelpreis;Beginn;Ende\n"
    "V1;100;Basis;laufend;monatlich;10;12,50;06.01.2026;\nV2;101;Profi;gekündigt;jährlich;3;1.200,00;20.01.2026;"
    "31.03.2026\nV3;102;Profi;ruht;monatlich;1;99,00;03.02.2026;\n",
    "Stoerungen.csv": "Vorgang;Kundennr;Eröffnet am;Erledigt am;Dringlichkeit;Thema;Status;Zufriedenheit\n"
    "1;100;07.01.2026 09:00;08.01.2026 09:00;hoch;Rechnung;erledigt;87\n"
    "2;102;05.02.2026 10:00;;mittel;Login;beim Kunden;\n",
}


def test_words_that_may_mean_several_things_are_asked_and_others_placed(tmp_path: Path) -> None:
    draft = tmp_path / "draft.yml"
    said = seen(made(tmp_path / "data", GERMAN), draft)
    assert "billing.subscriptions.status: laufend is active" in said
    assert "billing.subscriptions.status: gekündigt is cancelled" in said
    assert "support.tickets.status: erledigt is resolved" in said
    questions = asked(draft)
    assert next(q for q in questions if "ruht" in q).startswith(
        "billing.subscriptions.status: zustand ruht (1 row): trial"
    )
    assert "support.tickets.status: status beim Kunden (1 row): open, pending, resolved or closed?" in questions
    body = yaml.safe_load(draft.read_text())["tables"]
    changes = body["billing.subscription_changes"]["columns"]
    assert changes["unit_price"] == "einzelpreis"  # is of one by its name
    assert changes["billing_interval"]["values"] == {"monatlich": "monthly", "jährlich": "annual"}
    assert body["crm.accounts"]["columns"]["account_id"] == "kundennr"
    assert body["billing.products"]["one_per"] == "tarif"
    assert "csat_score from 1 to 5" in body["support.tickets"]["columns"]["csat_score"]


def test_words_and_scores_that_may_be_anything_are_asked_and_kept(tmp_path: Path) -> None:
    """1.2 and 4.9 may be of five or of ten; answered by their column they are kept, with their decimals."""
    draft = tmp_path / "draft.yml"
    files = {
        "customers.csv": "customer_id,company,country,signup_date\nC1,Alfa,US,2026-01-02\nC2,Beta,US,2026-01-03\n",
        "tickets.csv": "ticket_id,customer_id,created_at,resolved_at,priority,status,satisfaction_score\n"
        "T1,C1,2026-01-05,2026-01-06,p1,resolved,1.2\nT2,C2,2026-01-06,2026-01-07,p4,resolved,4.9\n",
    }
    data = made(tmp_path / "data", files)
    seen(data, draft)
    score = "satisfaction_score runs from 1.2 to 4.9, with decimals: satisfaction_score where 5 is the best of 1 to 5?"
    assert f"support.tickets.csat_score: {score}" in asked(draft)
    words = "priority has p1, p4, which company.yml does not list: priority where they are the company's own words?"
    assert f"support.tickets.priority: {words}" in asked(draft)
    known = Profile(vocabularies=(Vocabulary("ticket_priority", words=(Word("p1"), Word("p4"))),))
    seen(data, tmp_path / "again.yml", known)
    assert "priority" not in str(asked(tmp_path / "again.yml"))
    body = yaml.safe_load((tmp_path / "again.yml").read_text())
    body["tables"] = {"support.tickets": body["tables"]["support.tickets"]}
    body["tables"]["support.tickets"]["columns"] |= {"csat_score": "satisfaction_score", "category": "'other'"}
    for name, value in {"channel": "email", "reopened_count": 0, "is_escalated": False}.items():
        body["tables"]["support.tickets"]["columns"][name] = {"constant": value}
    (tmp_path / "again.yml").write_text(yaml.safe_dump(body, sort_keys=False))
    rows, _ = run(data, str(tmp_path / "again.yml"), tmp_path)
    assert pick(rows["support.tickets"], "priority", "csat_score") == [("p1", "1.20"), ("p4", "4.90")]


def test_a_ledger_without_prices_says_that_there_is_no_mrr(tmp_path: Path) -> None:
    """A price that nobody knows is empty, never 0; so nothing that rests on it works."""
    files = {
        "customers.csv": "customer_id,company,country,signup_date\nC1,Alfa,US,2026-01-02\nC2,Beta,US,2026-01-03\n",
        "subscriptions.csv": "subscription_id,customer_id,plan,status,start_date,end_date\n"
        "S1,C1,Basic,active,2026-01-05,\nS2,C2,Basic,active,2026-01-09,\n",
    }
    draft = tmp_path / "draft.yml"
    said = seen(made(tmp_path / "data", files), draft)
    assert re.search(r"billing\.subscription_changes from subscriptions\.csv; left empty: .*; without a price", said)
    tables = yaml.safe_load(draft.read_text())["tables"]
    assert not {"unit_price", "recurring_amount"} & tables["billing.subscription_changes"]["columns"].keys()
    assert not {"list_price", "unit_cost"} & tables["billing.products"]["columns"].keys()
    reading = read_mapping(str(draft), TABLES, is_draft=True)
    found, _ = cover(MappedSource(tmp_path / "data", TABLES, tmp_path, [reading]), TABLES)
    assert "billing.subscriptions" in filled_by(found, [reading])
    assert "billing.subscription_changes" not in filled_by(found, [reading])


def test_files_that_are_left_aside_say_why(tmp_path: Path) -> None:
    files = {
        "customers.csv": "customer_id,company,signup_date\nC1,Alfa,2026-01-02\n",
        "clients_old.csv": "customer_id,company,signup_date,note\nC1,Alfa,2026-01-02,x\n",
        "employees.csv": "first,last\nAnn,Berg\n",
        "tickets.csv": "customer_id,created_at,status\nC1,2026-01-03,open\nC1,2026-01-03,open\n",
        "users.csv": "user_id,created_at\nU1,2026-01-04\n",
        "empty.csv": "a,b\n",
    }
    said = seen(made(tmp_path / "data", files), tmp_path / "draft.yml")
    assert "left aside: clients_old.csv: it resembles crm.accounts, which customers.csv fits better" in said
    assert "left aside: employees.csv: none of its columns is one of the contract's" in said
    assert "left aside: tickets.csv: it resembles support.tickets, but no column is its key ticket_id" in said
    assert "left aside: users.csv: it resembles product.users a little, and lacks account_id" in said
    assert "left aside: empty.csv: it has no rows" in said


GENERAL = {
    "companies.csv": "company_id,name,size,created\nC1,Alfa,10,2026-01-01\nC2,Beta,55,2026-01-03\n",
    "users.csv": "user_id,company_id,role,created_at\nU1,C1,admin,2026-01-02\nU2,C2,admin,2026-01-05\n",
    "events.csv": "user_id,event,timestamp\nU1,login,2026-01-02T10:00:00Z\nU2,login,2026-01-05T08:00:00Z\n"
    "U2,login,2026-01-05T08:00:00Z\n",
    "catalogue of products.csv": "sku,title,price_usd,active\nP1,Starter,10.00,true\nP2,Growth,25.50,true\n",
    "subscriptions.csv": "id,company_id,sku,state,start,interval\nS1,C1,P1,live,2026-01-05,month\n"
    "S2,C2,P2,live,2026-01-06,month\n",
    "invoices.csv": "invoice_no,company_id,date,due_date,total,tax,status\n"
    "I1,C1,2026-01-05,2026-02-05,120.00,20.00,paid\nI2,C2,2026-01-06,2026-02-06,30.60,5.10,sent\n",
}


def test_users_products_events_and_invoices_are_drafted_and_joined(tmp_path: Path) -> None:
    """The account of an event is that of its user, and an account's one subscription is that of its invoices."""
    draft = tmp_path / "draft.yml"
    seen(made(tmp_path / "data", GENERAL), draft)
    body = yaml.safe_load(draft.read_text())
    tables = body["tables"]
    assert tables["billing.products"]["columns"]["product_id"] == "sku"
    assert tables["billing.products"]["columns"]["list_price"] == "price_usd"
    assert tables["product.events"]["join"] == {"of_user": "user_id"}
    assert tables["product.events"]["columns"]["account_id"] == "of_user.account_id"
    assert tables["billing.invoices"]["columns"]["subscription_id"] == "of_subscription.subscription_id"
    assert "billing.invoices.amount: total where it is without tax, total - tax where it is with it?" in asked(draft)
    for table in ("billing.invoices", "product.users"):
        for name, entry in tables[table]["columns"].items():
            answers = {"amount": "total - tax", "period_start": "date", "period_end": "date + interval 1 month"}
            tables[table]["columns"][name] = answers.get(name, entry)
    body["tables"] = {key: tables[key] for key in ("product.users", "product.events", "billing.invoices")}
    draft.write_text(yaml.safe_dump(body, sort_keys=False))
    rows = whole(tmp_path / "data", str(draft), tmp_path)
    assert pick(rows["product.events"], "user_id", "account_id", "event_type") == [
        ("U1", "C1", "login"),
        ("U2", "C2", "login"),  # of two lines that are the same in all, one
    ]
    assert pick(rows["billing.invoices"], "invoice_id", "subscription_id", "amount", "tax", "status") == [
        ("I1", "S1", "100.00", "20.00", "paid"),
        ("I2", "S2", "25.50", "5.10", "open"),
    ]


def test_pieces_of_a_list_are_one_list(tmp_path: Path) -> None:
    head = "Customer ID,Company,Signup Date\n"
    files = {f"customers-2026-0{n}.csv": f"{head}C{n},Name {n},2026-0{n}-03\n" for n in (1, 2, 3)}
    draft = tmp_path / "draft.yml"
    assert "customers-2026-01.csv and 2 more like it" in seen(made(tmp_path / "data", files), draft)
    answers = dict.fromkeys(("segment", "region", "acquisition_channel", "industry", "country", "status"))
    offered = {"segment": "SMB", "region": "Europe", "status": "customer"}
    said = {f"crm.accounts.{name}": offered.get(name, "Unknown") for name in answers}
    rows, _ = run(tmp_path / "data", answered(draft, said), tmp_path)
    assert pick(rows["crm.accounts"], "account_id", "account_name") == [(f"C{n}", f"Name {n}") for n in (1, 2, 3)]


def test_files_in_the_contracts_own_shape_are_known(tmp_path: Path) -> None:
    files = {
        "crm_accounts.csv": "Account ID,Account Name,segment,industry,country,region,AcquisitionChannel,created at,"
        "status\n"
        "A1,Alfa,SMB,Retail,US,Europe,Unknown,2026-01-02,customer\n",
    }
    data = made(tmp_path / "data", files)
    assert f"These files are in the contract's own shape: make load-data DATA={data}" in seen(
        data, tmp_path / "draft.yml"
    )
    assert not (tmp_path / "draft.yml").exists()


def test_a_sheet_of_spend_is_read_beside_a_draft(tmp_path: Path) -> None:
    files = UNKNOWN | {"fb_ads.csv": "date,campaign_name,spend_usd,impressions\n2026-01-01,Spring,25.5,1200\n"}
    said = seen(made(tmp_path / "data", files), tmp_path / "draft.yml")
    assert "This looks like Spend sheet" in said
    assert f"MAPPING=spend,{tmp_path / 'draft.yml'}" in said


def test_headers_in_another_style_are_the_same_headers(tmp_path: Path) -> None:
    files = {
        "account.csv": "id,name,industry,number_of_employees,billing_country,owner_id,created_date,is_deleted\n"
        "0011,Alpha,Retail,10,United States,0051,2026-01-05T10:00:00Z,false\n",
        "opportunity.csv": "Created Date,Id,ACCOUNT_ID,name,amount,Stage Name,close date,is-won,isClosed,ownerId,type\n"
        "2026-01-05T10:00:00Z,0061,0011,Deal,1000,Closed Won,2026-03-01,true,true,0051,New\n",
        "user.csv": "id,name,first_name,last_name,created_date\n0051,Ann Rep,Ann,Rep,2025-01-05T10:00:00Z\n",
    }
    said = seen(made(tmp_path / "data", files), tmp_path / "draft.yml")
    assert "This looks like Salesforce" in said
    assert "opportunity.csv as opportunities" in said


def test_a_question_may_stand_wherever_an_answer_may(tmp_path: Path) -> None:
    mapping = tmp_path / "own.yml"
    mapping.write_text(
        "files:\n  a: {match: a, types: {made: '?1 day or month first?'}}\ntables:\n  product.features:\n    from: a\n"
        "    columns:\n      feature_id: id\n      feature_name: '?2 which?'\n      module: {constant: '?3 which?'}\n"
        "      is_beta: {sql: beta, values: {x: '?4 true or false?', y: 'true'}, default: '?5 what?'}\n"
        "      released_at: {sql: made, otherwise: '?6 when?'}\n"
    )
    with pytest.raises(TowerError) as error:
        read_mapping(str(mapping), TABLES)
    assert str(error.value).split("\n  ")[1:] == [
        "own.yml:2: types of file a: made: ?1 day or month first?",
        "own.yml:8: product.features.feature_name: ?2 which?",
        "own.yml:9: product.features.module: ?3 which?",
        "own.yml:10: product.features.is_beta: ?4 true or false?",
        "own.yml:10: product.features.is_beta: ?5 what?",
        "own.yml:11: product.features.released_at: ?6 when?",
    ]


def test_the_doctor_names_the_columns_that_its_draft_makes_nothing_of(tmp_path: Path) -> None:
    line = "K1,Alfa,2026-01-03,Germany,5,29.85,No\nK2,Beta,2026-02-14,France,7,56.95,Yes\n"
    folder = made(
        tmp_path / "data",
        {"customers.csv": f"Customer ID,Company,Signup Date,Country,tenure,MonthlyCharges,Churn\n{line}"},
    )
    said = seen(folder, tmp_path / "own.yml")
    assert "\n  not read of customers.csv: tenure, monthlycharges, churn\n" in said


@pytest.mark.parametrize("name", ["stripe", "hubspot", "salesforce", "zendesk", "spend"])
def test_the_doctor_knows_the_ready_mappings(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys, "doctor", str(EXPORTS / name), "--out", str(tmp_path / "draft.yml"))
    assert f"MAPPING={name}\n" in said
    assert not (tmp_path / "draft.yml").exists()


def test_mapping_check_says_what_is_filled_guessed_and_missing(capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys, "mapping-check", "--data", str(EXPORTS / "zendesk"), "--mapping", "zendesk")
    tickets = said.split("support.tickets: ")[1].split("\n\n")[0]
    assert tickets.startswith("3 lines\n")
    assert "resolved_at 67%" in tickets
    assert "priority = 'Unknown' in 1 rows" in tickets
    assert "user_id (who asked is a person and not a user of the product)" in tickets
    assert re.search(r"Support & quality +works", said)
    assert "8 metrics need marketing.touches: first_touch_new_mrr" in said
    assert "\n1 metric needs billing.usage_charges: usage_revenue\n" in said


def test_readiness_of_accounts_and_subscriptions() -> None:
    filled = {"crm.accounts", "billing.products", "billing.subscriptions", "billing.subscription_changes"}
    lines = {line.label: line for line in readiness(ROOT / "dbt", filled)}
    assert lines["mrr"].state == lines["nrr_t12m"].state == "works"
    assert lines["cac"].missing == ("marketing.spend",)
    assert lines["Support & quality"].state == "empty"
    assert lines["Retention & cohorts"].state == "works"
    assert {"support.tickets", "support.sla_policies"} == set(lines["first_response_sla"].missing)
    assert lines["inactive_customers_30d"].missing == ("product.events", "product.users")  # and so their logins


def test_readiness_of_what_rests_on_several_tables() -> None:
    filled = {"crm.accounts", "billing.products", "billing.subscriptions", "billing.subscription_changes"}
    lines = {line.label: line for line in readiness(ROOT / "dbt", filled)}
    usage = ("product.events", "product.users")
    without = ("billing.invoices", "billing.payments", "crm.activities", *usage, "support.tickets")
    assert lines["average_health_score"].state == lines["at_risk_mrr"].state == "in part"
    assert lines["average_health_score"].partly == lines["at_risk_mrr"].partly == without
    assert lines["average_usage_score"].state == "empty"
    assert lines["average_usage_score"].missing == ("product.events", "product.users")
    assert {"billing.subscriptions", *without} < {*lines["average_health_score"].needs}
    assert lines["average_revenue_score"].partly == ("billing.invoices", "billing.payments")
    resting = {name for name, line in lines.items() if line.kind == "metric" and "billing.invoices" in line.needs}
    assert not {"average_usage_score", "average_engagement_score", "average_support_score"} & resting
    assert {"average_health_score", "average_revenue_score", "at_risk_mrr", "failed_invoices"} <= resting
    talks = {name for name, line in lines.items() if line.kind == "metric" and "crm.activities" in line.needs}
    assert {"average_health_score", "average_engagement_score", "at_risk_mrr"} <= talks
    assert not {"average_usage_score", "average_revenue_score", "average_support_score"} & talks
    assert lines["average_support_score"].needs[-2:] == ("product.users", "support.tickets")
    page, card = lines["Account health"], lines["average_health_score"]
    assert {*page.missing, *page.partly} == {*card.partly}  # the head of the page says what its cards say


def test_readiness_of_kinds_of_events() -> None:
    everything = {table.key for table in read_contract(ROOT / "dbt")}
    lacking = {line.label: line.missing for line in readiness(ROOT / "dbt", everything) if line.missing}
    assert lacking["activation_rate"] == ("product.events.activation",)
    assert lacking["inactive_mrr_30d"] == ("product.events.login",)
    assert lacking["Product adoption"] == ("product.events.activation", "product.events.feature")
    everything |= {f"product.events.{kind}" for kind in ("activation", "login", "feature")}
    assert {line.state for line in readiness(ROOT / "dbt", everything)} == {"works"}


def test_the_needs_of_marts_agree_with_dbt(company: Company) -> None:
    """Every mart behind a metric or a page is listed, and needs only sources that dbt's lineage leads to."""
    manifest = json.loads((Path(company.environment["DBT_TARGET_PATH"]) / "manifest.json").read_text())
    nodes = manifest["nodes"]

    def sources(unique_id: str) -> set[str]:
        if unique_id.startswith("source."):
            return {".".join(unique_id.split(".")[-2:])}
        return (
            set().union(*(sources(parent) for parent in nodes[unique_id]["depends_on"]["nodes"]))
            if unique_id in nodes
            else set()
        )

    used = [n for e in manifest["exposures"].values() for n in e["depends_on"]["nodes"]]
    used += [n for m in manifest["semantic_models"].values() for n in m["depends_on"]["nodes"]]
    needs = needs_of_marts()
    assert {name.split(".")[-1] for name in used} <= needs.keys()
    for mart, tables in needs.items():
        unique_id = f"model.gtm_control_tower.{mart}"
        assert unique_id in nodes, f"no mart {mart}"
        if mart not in ("dim_tower", "dim_date"):
            known = {
                ".".join(table.split(".")[:2]) for table in tables
            }  # product.events.activation is some of its rows
            assert known - {"crm.accounts"} <= sources(unique_id), mart


def test_a_draft_is_checked_like_any_mapping(tmp_path: Path) -> None:
    data, draft = made(tmp_path / "data", UNKNOWN), tmp_path / "draft.yml"
    seen(data, draft)
    body = yaml.safe_load(draft.read_text())
    assert read_mapping(str(draft), TABLES, is_draft=True).tables.keys() == body["tables"].keys()
    with pytest.raises(TowerError, match="is there already"):
        seen(data, draft)  # it may have been mended
