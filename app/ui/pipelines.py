"""A page's filter by pipeline, and the open stages of the chosen ones in their order."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from app.data import rows
from app.ui.colours import PALETTE
from app.ui.filters import page_filter
from app.ui.formats import listed, plain, words
from app.ui.visit import Visit

CATEGORIES = {"commit": "Commit", "best_case": "Best case", "pipeline": "Pipeline", "omitted": "Omitted"}


def chosen_stages(visit: Visit) -> pd.DataFrame:
    """Draw the filter where there are several pipelines, narrow the visit's selection, and return the open stages.

    Columns: pipeline, stage, forecast_category, name (unique among them, for axes) and colour. Without a choice they
    are those of new business, as every number is.
    """
    stages = rows(visit.build, "stages", visit.filters).frame
    pipelines = stages.drop_duplicates("pipeline")
    chosen: tuple[str, ...] = ()
    if len(pipelines) > 1:
        names = pipelines["pipeline"].tolist()
        chosen = tuple(page_filter(visit, "pipeline", "Pipelines", names, many=True, format_func=str))
        visit.filters = replace(visit.filters, pipeline=chosen)
        apart = pipelines.loc[pipelines["is_renewal"].astype(bool), "pipeline"].map(plain)
        if len(apart) and not chosen:
            st.caption(f"Renewals are apart: choose {listed(apart)} to see them.")
    shown = stages["pipeline"].isin(chosen) if chosen else ~stages["is_renewal"].astype(bool)
    found = stages[shown & (stages["outcome"] == "open")].reset_index(drop=True)
    several = found["pipeline"].nunique() > 1
    names = [f"{row.pipeline}: {words(row.stage)}" if several else row.stage for row in found.itertuples()]
    colours = [PALETTE[(place - 1) % len(PALETTE)] for place in found["pipeline_position"]]
    return found.assign(name=names, colour=colours if several else PALETTE[0])


def stage_of(stages: pd.DataFrame, name: str) -> tuple[str, str]:
    """The pipeline and stage behind a name."""
    row = stages.loc[stages["name"] == name].iloc[0]
    return str(row["pipeline"]), str(row["stage"])


def stages_in(stages: pd.DataFrame, category: str) -> str:
    """The stages of a forecast category as a sentence lists them."""
    found = stages.loc[stages["forecast_category"] == category, "name"]
    return listed(plain(name) for name in found) if len(found) else "no stage"
