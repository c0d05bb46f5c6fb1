"""Whether a release did harm, in words with its numbers."""

from __future__ import annotations

import pandas as pd

YES, NO = 0.5, 0.25  # growth of technical tickets per active account
RULE = (
    f"Yes: technical tickets per active account grew by {YES:.0%} or more. No: by less than {NO:.0%}. Four weeks from "
    "the release day on against the four before, whatever the months."
)


def release_verdict(release: str, impact: pd.DataFrame, causes: pd.DataFrame) -> str:
    """Markdown. `impact` has a row per release (app/queries/release_impact.sql), `causes` the root causes of the
    tickets before and after this one (release_causes.sql, without those not yet known)."""
    row = impact.set_index("version").loc[release]
    change = row["technical_change"]
    if pd.isna(change):
        return f"{release} can't be judged: the data have nothing to compare in the four weeks before or after it."
    place = int((impact["technical_change"] > change).sum()) + 1
    text = (
        f"**{'Yes' if change >= YES else 'No' if change < NO else 'Perhaps'}.** In the four weeks from "
        f"{row['released_date']:%d %b %Y} on, technical tickets went from {row['technical_before']:,.0f} to "
        f"{row['technical_after']:,.0f} ({change:+.0%} per active account), all tickets from "
        f"{row['tickets_before']:,.0f} to {row['tickets_after']:,.0f} ({_growth(row['tickets_change'])}), errors from "
        f"{row['errors_before']:,.0f} to {row['errors_after']:,.0f} ({_growth(row['errors_change'])}); use changed by "
        f"{_growth(row['usage_change'])}. By the growth of technical tickets it's number {place} of the "
        f"{impact['technical_change'].count()} releases that can be compared."
    )
    if change >= NO and len(causes):
        cause = causes.loc[(causes["after"] - causes["before"]).idxmax()]
        text += (
            f" In this selection the cause that grew most is “{cause['root_cause_name']}”: "
            f"{cause['before']:,.0f} before, {cause['after']:,.0f} after, {cause['still_open']:,.0f} still open."
        )
    return text


def _growth(share: float) -> str:
    return "from nothing" if pd.isna(share) else f"{share:+.0%}"
