"""The section on what tickets speak of: what it shows, what it needs, and a correction."""

from __future__ import annotations

import pandas as pd
import pytest

from app.found import Found
from app.views.support import topics
from tests.app.test_pages import open_app
from warehouse.connections import autocommit
from warehouse.reading import fetch
from warehouse.settings import Settings


def test_the_section_says_how_its_topics_were_judged_and_a_correction_is_kept(in_company: Settings) -> None:
    test = open_app("support", {"topic": "Technical Issues"})
    assert not test.exception
    found = fetch("select count(*) as n from marts.fct_tickets where topic = 'Technical Issues'", {})["n"].iloc[0]
    assert found and len(test.dataframe[-1].value) == min(100, found)
    [said] = [caption.value for caption in test.caption if "judged on texts" in caption.value]
    assert "As of 31 Oct 2026" in said and "of 154 tickets without a telling word" in said
    ticket = test.selectbox(key="topic-ticket").value
    test.selectbox(key="topic-right").set_value("General Feedback")
    [button] = [button for button in test.button if button.label == "Correct"]
    button.click().run()
    with autocommit(in_company.owner()) as cursor:
        cursor.execute("select ticket_id, topic, guess, confidence > 0, created_by from ops.topic_corrections")
        assert cursor.fetchall() == [(ticket, "General Feedback", "Technical Issues", True, "tower_reader")]
        cursor.execute("truncate ops.topic_corrections")


def test_without_texts_the_section_says_what_it_needs(in_company: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topics, "rows", lambda *_, **__: Found(pd.DataFrame({"with_text": [0]})))
    test = open_app("support", {})
    assert not test.exception
    assert "`subject` or `description` of `support.tickets`" in test.info[-1].value
    assert not any("judged" in caption.value for caption in test.caption)
