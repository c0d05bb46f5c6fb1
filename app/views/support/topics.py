"""What the tickets speak of: topics by month, segment, release and the CRM's category, examples, and corrections."""

from __future__ import annotations

import streamlit as st

from app.data import in_order, read, rows, run, split
from app.found import Found
from app.ui import charts, points
from app.ui.drill import Point, accounts
from app.ui.filters import page_filter
from app.ui.formats import plain
from app.ui.panels import chart, table
from app.ui.shelf import who
from app.ui.visit import Visit
from metrics.formats import number

UNSURE = "Unsure"
ROOM = 60  # characters of a subject in the list of tickets to correct
NEEDS = (
    "Topics of tickets need their texts: `subject` or `description` of `support.tickets`. "
    "They are told with the next build after a load that brings them."
)
HELP = (
    "What a ticket speaks of, told from its text. Unsure: no topic is more probable than all others together. "
    "Not understood: another language than English, without a keyword of the company's own."
)


def topics(visit: Visit) -> None:
    """The section; without texts it says what it needs."""
    tower, filters = visit.build, visit.filters
    st.subheader("What the tickets speak of", help=HELP)
    state = rows(tower, "topic_states", filters)
    if state.lacks or state.failed or not state.frame["with_text"].sum():
        st.info(NEEDS, icon=":material/info:")
        return
    st.caption(_said(visit, state))
    left, right = st.columns(2)
    with left:
        monthly = split(tower, filters, ["tickets"], "topic", grain="month")
        chart(
            visit,
            "Topics by month of opening",
            charts.stacked_by(monthly.frame, "period", "tickets", "topic", ",d"),
            of=monthly,
            drill=lambda point: _behind(visit, point),
            marks=True,
        )
    with right:
        parts = in_order(split(tower, filters, ["tickets"], "segment", "topic"), "segment", tower.company)
        noun = tower.company.noun("segment")
        figure = points.matrix(parts.frame, "topic", "segment", "tickets", ",.0f")
        chart(visit, f"Topics by {noun}", figure, of=parts, drill=lambda point: _behind(visit, point))
    left, right = st.columns(2)
    with left:
        released = split(tower, filters, ["tickets"], "topic", "release_version")
        released = released.where(released.frame["release_version"].notna())
        figure = points.matrix(released.frame, "topic", "release_version", "tickets", ",.0f")
        chart(
            visit,
            "Topics by release",
            figure,
            of=released,
            empty="No ticket was opened after a known release.",
            help="The release in force when the ticket was opened.",
            drill=lambda point: _behind(visit, point),
        )
    with right:
        coded = split(tower, filters, ["tickets"], "topic", "category")
        figure = points.matrix(coded.frame, "topic", "category", "tickets", ",.0f")
        noun = tower.company.noun("ticket_category")
        chart(
            visit,
            f"Topics beside the {noun} of the support system",
            figure,
            of=coded,
            help="Tickets by topic and by what an agent has entered.",
            drill=lambda point: _behind(visit, point),
        )
    _examples(visit)


def _behind(visit: Visit, point: Point) -> Found:
    """The accounts by their tickets of a cell or bar."""
    where = {name: str(value) for name, value in point.where.items()}
    filters = visit.filters.narrowed(where.pop("period", None), segment=where.pop("segment", None))
    return accounts(visit.build, filters, "tickets", days=None, **where)


def _said(visit: Visit, state: Found) -> str:
    """As of when the topics are, how they were judged, and what is unsure."""
    counts = state.frame.iloc[0]
    figures = rows(visit.build, "topic_figures", visit.filters).frame
    text = (
        f"{counts['scored']:,.0f} tickets, of which {counts['unsure']:,.0f} unsure and "
        f"{counts['not_understood']:,.0f} not understood"
    )
    if counts["corrected"]:
        text += f"; {counts['corrected']:,.0f} corrected, {counts['confirmed']:,.0f} of them as the model had it"
    if figures.empty:
        return f"{text}."
    day = figures["trained_until_date"].iloc[0]
    shown = figures[figures["figure"].isin(["accuracy", "said to be so"])]
    judged = [
        f"{number(float(value), 'percent')} of {cases:,.0f} {on}"
        for value, cases, on in zip(shown["figure_value"], shown["cases"], shown["judged_on"], strict=True)
    ]
    missed = "" if figures["is_kept"].all() else " **A figure is out of its bound: `make judge` says which.**"
    return f"{text}. As of {day.day} {day:%b %Y}; judged on texts written for that, right: {', '.join(judged)}.{missed}"


def _examples(visit: Visit) -> None:
    """Tickets of one topic, the least sure first, and the way to set one right."""
    tower = visit.build
    names = list(rows(tower, "topic_names", visit.filters).frame["topic"])
    options = [UNSURE, *names, "Not understood"]
    topic = page_filter(visit, "topic", "Tickets of the topic", options, default=UNSURE)
    found = rows(tower, "topic_tickets", visit.filters, topic=topic)
    table(
        visit,
        "Tickets, the least sure first",
        found.having(found.frame.drop(columns="topic")),
        help="At most 100. Guess: the topic that is most probable. Confidence: how probable; of those with 80 % about "
        "eight in ten are right.",
        empty=f"No ticket of the selection is {topic.lower() if topic == UNSURE else 'of ' + topic}.",
        columns={
            "category": st.column_config.TextColumn(tower.company.label("ticket_category")),
            "topic_guess": st.column_config.TextColumn("Guess"),
            "topic_confidence": st.column_config.NumberColumn("Confidence", format="percent"),
            "topic_runner_up": st.column_config.TextColumn("Next"),
            "ticket_id": st.column_config.TextColumn("Ticket"),
        },
    )
    if not found.frame.empty:
        _correction(visit, found, names)


def _correction(visit: Visit, found: Found, names: list[str]) -> None:
    """The form that sets a ticket's topic right, where the visitor's role may write it."""
    if not read(visit.build.reader, "may_read", {"name": "ops.topic_corrections"})["may"].iloc[0]:
        st.caption("Corrections are closed to your row scope.")
        return
    subjects = dict(zip(found.frame["ticket_id"], found.frame["subject"].fillna(""), strict=True))
    with st.form("topic-correction", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Ticket",
            list(subjects),
            format_func=lambda ticket: f"{plain(subjects[ticket][:ROOM])} ({ticket})",
            key="topic-ticket",
            width=520,
        )
        st.selectbox("is about", names, key="topic-right", width=260)
        st.form_submit_button("Correct", on_click=_correct, args=(visit,))


def _correct(visit: Visit) -> None:
    values = {"ticket": st.session_state["topic-ticket"], "topic": st.session_state["topic-right"], "person": who()}
    run(visit.build, "correct_topic", values)
    st.toast("Noted: the next build shows it, and learns from it.")
