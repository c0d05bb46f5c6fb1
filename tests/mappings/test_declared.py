"""Stages that company.yml declares say of a deal that it is closed, and so on which day, where the export does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from company.profile import Pipeline, Stage
from tests.mappings.mapped import made, pick, whole

STAGES = (Stage("Offert skickad", "open"), Stage("Påskrivet", "won"), Stage("Nedlagt", "lost"))
DECLARED = (Pipeline("Försäljning", STAGES),)
OTHERWISE = (*DECLARED, Pipeline("Förnyelse", (Stage("Påskrivet", "open"), Stage("Nedlagt", "lost"))))
HUBSPOT = {
    "companies.csv": "Record ID,Company name,Create Date\n201,Älgen AB,2026-01-03 09:15\n",
    "deals.csv": "Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount,Pipeline,Create Date,"
    "Associated Company IDs (Primary)\n"
    "1,Won,Påskrivet,2026-03-10 12:00,Åsa Öst,1000,Försäljning,2026-02-01 09:00,201\n"
    "2,Lost,Nedlagt,2026-04-02 12:00,Åsa Öst,2500,Försäljning,2026-02-03 09:00,201\n"
    "3,Open,Offert skickad,2026-08-30 12:00,Åsa Öst,4000,Försäljning,2026-02-05 09:00,201\n",
}
SALESFORCE = {
    "Account.csv": "Id,Name,CreatedDate\n001,Älgen AB,2026-01-03T09:15:00Z\n",
    "Opportunity.csv": "Id,AccountId,Name,StageName,Amount,CloseDate,OwnerId,CreatedDate\n"
    "1,001,Won,Påskrivet,1000,2026-03-10,5,2026-02-01T09:00:00Z\n"
    "2,001,Lost,Nedlagt,2500,2026-04-02,5,2026-02-03T09:00:00Z\n"
    "3,001,Open,Offert skickad,4000,2026-08-30,5,2026-02-05T09:00:00Z\n",
}
WON, LOST = "2026-03-10", "2026-04-02"


@pytest.mark.parametrize(
    ("mapping", "files", "pipelines", "closed"),
    [
        ("hubspot", HUBSPOT, DECLARED, [WON, LOST, None]),
        ("hubspot", HUBSPOT, OTHERWISE, [WON, LOST, None]),  # the deal's own pipeline counts
        ("hubspot", HUBSPOT, (), [None, None, None]),  # nobody says that they are closed
        ("salesforce", SALESFORCE, DECLARED, [WON, LOST, None]),
        ("salesforce", SALESFORCE, OTHERWISE, [None, LOST, None]),  # it has no pipelines, and two disagree
        ("salesforce", SALESFORCE, (), [None, None, None]),
    ],
)
def test_a_declared_stage_says_on_which_day_a_deal_was_closed(
    tmp_path: Path, mapping: str, files: dict[str, str], pipelines: tuple[Pipeline, ...], closed: list[str | None]
) -> None:
    rows = whole(made(tmp_path / "data", files), mapping, tmp_path, pipelines)["crm.deals"]
    days = [(key, at and at[:10]) for key, at in pick(rows, "deal_id", "closed_at")]
    assert days == list(zip(("1", "2", "3"), closed, strict=True))
