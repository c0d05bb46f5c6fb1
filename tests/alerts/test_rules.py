"""alerts.yml is checked: a mistake is one line with its place; the example is whole; secrets are not shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from alerts.rules import Alerts, Rule, addressed, read_alerts
from metrics.catalogue import Metric
from warehouse.errors import TowerError
from warehouse.settings import ROOT


def metric(name: str, target: str | None = None, sample: str | None = None) -> Metric:
    """A metric that is recorded by segment."""
    return Metric(name, name, "", "money", "", "stock", sample, ("segment",), (), "executive", target, None, (), False)


KNOWN = {
    "mrr": metric("mrr", "mrr_target"),
    "arr": metric("arr"),
    "logo_churn_rate": metric("logo_churn_rate", sample="starting_customers"),
}


def read(text: str, folder: Path, **environment: str) -> Alerts:
    (folder / "alerts.yml").write_text(text, encoding="utf-8")
    return read_alerts(folder / "alerts.yml", KNOWN, environment)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rulse: {}", ":1:1: alerts has no entry 'rulse'; did you mean rules?"),
        ("rules: [a]", ":1:8: rules needs entries"),
        ("rules: {a: {}}", ":1:12: rule 'a' needs one of metric, anomaly, older_than, on"),
        ("rules: {a: {metric: mrr, on: total off}}", ":1:12: rule 'a' needs one of metric, anomaly, older_than, on"),
        ("rules: {a: {metric: mrrr, below: 1}}", ":1:21: there is no metric 'mrrr'; did you mean mrr?"),
        ("rules: {a: {metric: mrr}}", ":1:12: rule 'a' needs one of below, above, falls, rises"),
        ("rules: {a: {metric: mrr, below: 1, above: 2}}", ":1:12: rule 'a' needs one of below, above, falls, rises"),
        ("rules: {a: {metric: mrr, below: little}}", ":1:33: below must be a number such as 0.088"),
        ("rules: {a: {metric: arr, falls: 5, against: target}}", ":1:45: arr has no target"),
        ("rules: {a: {metric: mrr, falls: 5, against: plan}}", ":1:45: against cannot be 'plan'; known: previous"),
        ("rules: {a: {metric: mrr, below: 1, where: {tier: [A]}}}", ":1:44: mrr is not recorded by 'tier'"),
        ("rules: {a: {metric: mrr, below: 1, where: {segment: A}}}", ":1:53: segment needs a list"),
        ("rules: {a: {anomaly: huge}}", ":1:22: anomaly cannot be 'huge'"),
        ("rules: {a: {older_than: -1}}", ":1:25: older_than, in days, must be a whole number from 0"),
        ("rules: {a: {anomaly: low, metrics: [ticket]}}", ":1:37: no anomaly is looked for in 'ticket'; did you mean"),
        ("rules: {a: {older_than: 3, below: 1}}", ":1:28: rule 'a' has no entry 'below'; known: older_than, to"),
        ("rules: {a: {metric: mrr, below: 1, cases: 3}}", ":1:43: mrr rests on no cases that are counted"),
        ("rules: {a: {on: failure}}", ":1:17: on cannot be 'failure'; did you mean failed refresh?"),
        ("rules: {a: {older_than: 3, to: [team]}}", ":1:33: 'team' is none of the targets; there are none"),
        ("rules: {a: {older_than: 3, check: hourly}}", ":1:35: check cannot be 'hourly'"),
        ("targets: {team: '${SLACK_URL}'}", ":1:17: SLACK_URL is not set; say it in .env or the environment"),
        ("targets: {team: nonsense}", ":1:17: team is no address that Apprise knows"),
        ("targets: {team: 'mailtos://u:p@h.se?to=a@b.se,c@d.se'}", ":1:17: team has 2 receivers in one address"),
        ("digests: {week: [a@b.se]}", ":1:10: digests needs `through`"),
    ],
)
def test_a_mistake_is_one_line_with_its_place(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(TowerError) as caught:
        read(text, tmp_path)
    assert str(caught.value).startswith(f"alerts.yml{said}")
    assert "\n" not in str(caught.value)


def test_nothing_said_is_nothing_told(tmp_path: Path) -> None:
    assert read_alerts(tmp_path / "none.yml", KNOWN, {}) == read("# nothing", tmp_path) == Alerts()


def test_rules_are_read_with_their_units_and_targets(tmp_path: Path) -> None:
    found = read(
        "targets: {team: 'json://a.example', boss: 'json://b.example'}\n"
        "rules:\n"
        "  Churn: {metric: logo_churn_rate, above: 4 %, where: {segment: [SMB]}, cases: 30, check: month, to: [boss]}\n"
        "  MRR: {metric: mrr, falls: 2.5 %, against: year, remind: 0}\n",
        tmp_path,
    ).rules
    assert found == (
        Rule(
            "Churn",
            "logo_churn_rate",
            "above",
            0.04,
            where={"segment": ("SMB",)},
            cases=30,
            check="month",
            to=("boss",),
        ),
        Rule("MRR", "mrr", "falls", 2.5, "year", remind=0, to=("team", "boss")),
    )


def test_secrets_stand_in_addresses_escaped_and_are_not_shown(tmp_path: Path) -> None:
    text = (
        "targets: {one: '${HOOK}', two: 'json://u:${WORD}@host.example'}\ndigests: {through: 'mailto://u:${WORD}@h.se'}"
    )
    found = read(text, tmp_path, HOOK="json://k:s3cret@hook.example/x", WORD="p@ss/word")
    assert found.targets["one"] == ("json://k:s3cret@hook.example/x",)
    assert found.targets["two"] == ("json://u:p%40ss%2Fword@host.example",)
    assert addressed(found.digests.through, "a+b@c.se") == "mailto://u:p%40ss%2Fword@h.se?to=a%2Bb%40c.se"
    assert found.secrets == {"json://k:s3cret@hook.example/x", "p@ss/word", "p%40ss%2Fword"} | {
        "json%3A%2F%2Fk%3As3cret%40hook.example%2Fx"
    }
    assert "s3cret" not in repr(found) and "ss%2Fword" not in repr(found)


def test_the_example_is_read_as_it_stands_and_with_all_that_it_shows(tmp_path: Path) -> None:
    text = (ROOT / "alerts.example.yml").read_text(encoding="utf-8")
    assert [rule.name for rule in read(text, tmp_path).rules][:3] == [
        "Churn out of band",
        "Out of band",
        "MRR under its target",
    ]
    every = re.sub(r"^#(?=  |digests)", "", text.replace("targets: {}", "targets:"), flags=re.M)
    found = read(every, tmp_path, SLACK_URL="slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", SMTP_PASSWORD="x")
    assert set(found.targets) == {"team", "finance"} and len(found.targets["finance"]) == 2
    assert found.rules[-1].name == "Small customers leave" and found.rules[-1].size == 0.04
    assert found.digests.to == {"week": ("ann@example.com",), "month": ("ben@example.com", "eve@example.com")}
