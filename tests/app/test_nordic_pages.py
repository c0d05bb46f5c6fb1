"""The pages of a company of another shape: every one draws, in its words and its currency and in nobody else's."""

from __future__ import annotations

import re

import pandas as pd
import pytest
import yaml

from app.ui.exports import headed
from metrics.company import Company as Words
from metrics.company import read_company
from tests.app.test_pages import KEYS, open_app
from tests.app.texts import texts
from warehouse.reading import fetch
from warehouse.settings import ROOT

OF_OTHERS = (  # words of the default company that no other would use by chance
    *("SMB", "Mid-Market", "Enterprise", "North America", "Europe", "Asia Pacific", "Latin America"),
    *("Google Ads", "Content Marketing", "Outbound", "Referral", "Starter", "Premium support", "dollars?", "USD"),
    *("closed[ _]won", "closed[ _]lost", "qualification", "prospecting", "negotiation", "proposal"),
    *("urgent", "account[ _]access", "feature[ _]request", "product[ _]usage", "trial[ _]not[ _]converted"),
)
NAMED = ("segments?", "regions?", "priorit(?:y|ies)")  # this company says Tier, Market and Severity
TOPICS = {  # of the tickets of every company that names none of its own
    topic.lower() for topic in yaml.safe_load((ROOT / "scoring/topics/rules.yml").read_text())
}
OF_TICKETS = re.compile("|".join(map(re.escape, TOPICS)), re.IGNORECASE)  # also in what a chart says of its lines
pytestmark = pytest.mark.usefixtures("in_nordic")
STRANGE = re.compile(rf"\$|(?<![\w-])(?:{'|'.join(OF_OTHERS + NAMED)})(?![\w-])", re.IGNORECASE)


@pytest.mark.parametrize("page", KEYS)
def test_every_page_draws_in_the_company_s_words_and_currency(page: str) -> None:
    test = open_app(page, {})
    assert not test.exception
    assert not test.error
    said = {OF_TICKETS.sub("", text) for text in texts(test)}
    assert len(said) > 80
    assert not [text[:200] for text in said if STRANGE.search(text)]


def test_the_page_of_one_account_is_in_its_words_too() -> None:
    account = fetch("select account_id from marts.customer_360 where mrr > 0 order by mrr desc limit 1", {}).iloc[0, 0]
    test = open_app("customer", {"account": account})
    assert not test.exception
    said = texts(test)
    assert any("€" in text for text in said)
    assert not [text[:200] for text in said if STRANGE.search(text)]


def test_filters_take_the_company_s_words_in_its_order() -> None:
    test = open_app("movements", {"segment": "Scale", "region": "UK&I", "channel": "Word of mouth", "from": "2026-08"})
    assert not test.exception
    assert not test.error
    assert [test.multiselect(key=key).label for key in ("segment", "region")] == ["Tier", "Market"]
    assert test.multiselect(key="segment").options == ["Self-serve", "Scale", "Strategic"]
    assert test.multiselect(key="region").options == ["Nordics", "DACH", "UK&I", "Rest of world"]
    assert test.multiselect(key="region").value == ["UK&I"]
    assert "Tier: Scale" in test.caption[0].value


def test_exports_call_the_columns_of_words_as_the_company_does() -> None:
    frame = pd.DataFrame(columns=["account_id", "segment", "region", "acquisition_channel", "mrr"])
    assert [*headed(frame, read_company()).columns] == ["account_id", "tier", "market", "acquisition_channel", "mrr"]
    same = Words(labels={"segment": "Region"}, named=frozenset({"segment"}))
    assert [*headed(frame, same).columns] == [*frame.columns]  # no two columns of one name
