"""alerts.yml: targets, rules and digests, checked; every mistake is one line with file, line and column."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from company.nodes import List, Map, Node, Text, nearest, parse, quoted
from company.values import choice, entry, fields, name, names, number, plain, whole
from metrics.catalogue import Metric

SEVERITIES = ("low", "medium", "high", "critical")
BOUNDS = ("below", "above", "falls", "rises")
AGAINST = {"previous": "previous", "year": "year", "target": "target"}
EVENTS = {word: word for word in ("failed refresh", "refused build", "restatement", "total off")}
CADENCES = {word: word for word in ("refresh", "day", "week", "month")}
OF_KIND = {  # what each kind of rule asks, and what it may say of it
    "metric": (*BOUNDS, "against", "where", "cases"),
    "anomaly": ("metrics", "where"),
    "older_than": (),
    "on": (),
}
OF_ALL = ("to", "check", "remind")
SERIES = (  # that anomalies are looked for in
    *("churned_customers", "churned_mrr", "contraction_mrr", "errors", "events", "expansion_mrr"),
    *("failed_payments", "new_mrr", "resolution_breaches", "spend", "tickets", "won_amount"),
)
SECRET = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True)
class Rule:
    """One rule. Exactly one of `metric`, `anomaly`, `older_than` and `on` is said."""

    name: str
    metric: str = ""
    bound: str = ""  # of BOUNDS
    size: float = 0.0  # in the metric's own unit; of a change in per cent, or in points of a share
    against: str = "previous"
    cases: int = 0  # fewer of them say nothing
    anomaly: str = ""  # the severity from which it opens
    metrics: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    older_than: int | None = None  # days
    on: str = ""  # of EVENTS
    to: tuple[str, ...] = ()
    check: str = "refresh"
    remind: int = 7  # days; 0 never


@dataclass(frozen=True)
class Digests:
    """Who gets the board report and the memo, through which mail server, how often."""

    through: str = field(default="", repr=False)
    to: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # week, month: addresses


@dataclass(frozen=True)
class Alerts:
    """All of alerts.yml. A target is one address of Apprise, or several; `secrets` are never shown."""

    rules: tuple[Rule, ...] = ()
    targets: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    link: str = ""
    digests: Digests = Digests()
    secrets: frozenset[str] = field(default=frozenset(), repr=False)


def read_alerts(path: Path, known: Mapping[str, Metric] | None, environment: Mapping[str, str]) -> Alerts:
    """What alerts.yml says; nothing without a file. `environment` holds the values of ${NAME}.

    `known` are the metrics, None where nothing is published: then a rule's metric is taken as it stands. Raises
    TowerError with place and advice for a mistake.
    """
    root = parse(path)
    if root is None or (isinstance(root, Text) and root.is_unsaid):
        return Alerts()
    entries, secrets = fields(root, ("link", "targets", "rules", "digests"), "alerts"), _Secrets(environment)
    targets: dict[str, tuple[str, ...]] = entry(entries, "targets", secrets.targets, {})
    return Alerts(
        entry(entries, "rules", lambda node: _rules(node, known, targets), ()),
        targets,
        entry(entries, "link", lambda node: name(node, "link").rstrip("/"), ""),
        entry(entries, "digests", secrets.digests, Digests()),
        frozenset(secrets.used),
    )


class _Secrets:
    """Addresses with ${NAME} in them, and the values that stood for those."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.used: set[str] = set()

    def targets(self, node: Node) -> dict[str, tuple[str, ...]]:
        """Each target with its addresses."""
        if not isinstance(node, Map):
            raise node.place.mistake("targets needs entries such as team: ${SLACK_URL}")
        return {title: self.addresses(value, title) for title, value in node.entries.items()}

    def addresses(self, node: Node, what: str) -> tuple[str, ...]:
        """One address or a list of them, each with one receiver."""
        parts = node.items if isinstance(node, List) else [node]
        return tuple(_one_receiver(part, self.filled(part, what), what) for part in parts)

    def digests(self, node: Node) -> Digests:
        """The mail server and the receivers."""
        entries = fields(node, ("through", "week", "month"), "digests")
        if "through" not in entries:
            raise node.place.mistake("digests needs `through`, the mail server, such as mailtos://user:${MAIL}@host")
        through = self.filled(entries["through"], "through")
        _one_receiver(entries["through"], addressed(through, "somebody@example.com"), "through")
        every = ("week", "month")
        return Digests(through, {key: tuple(names(entries[key], key)) for key in every if key in entries})

    def filled(self, node: Node, what: str) -> str:
        """A text in which the environment's values stand for ${NAME}; within an address they are escaped."""
        text = plain(node, what)
        is_whole = SECRET.fullmatch(text) is not None

        def value(found: re.Match[str]) -> str:
            given = self.environment.get(found[1], "")
            if not given:
                raise node.place.mistake(f"{found[1]} is not set; say it in .env or the environment")
            self.used |= {given, quote(given, safe="")}
            return given if is_whole else quote(given, safe="")

        return SECRET.sub(value, text)


def addressed(through: str, address: str) -> str:
    """The mail server's address with a receiver."""
    return f"{through}{'&' if '?' in through else '?'}to={quote(address)}"


def _one_receiver(node: Node, url: str, what: str) -> str:
    """The address, if Apprise knows it and it has one receiver: sent again, it would reach some of several twice."""
    from apprise import Apprise  # knows a hundred services, which takes its time

    server = Apprise.instantiate(url)
    if server is None:
        raise node.place.mistake(f"{what} is no address that Apprise knows, such as mailtos://… or json://…")
    if len(server) > 1:
        raise node.place.mistake(f"{what} has {len(server)} receivers in one address; write a list with one in each")
    return url


def _rules(node: Node, known: Mapping[str, Metric] | None, targets: Collection[str]) -> tuple[Rule, ...]:
    if not isinstance(node, Map):
        raise node.place.mistake("rules needs entries `name: {metric: …}`")
    return tuple(_rule(name(node.keys[key], "a rule"), value, known, targets) for key, value in node.entries.items())


def _rule(title: str, node: Node, known: Mapping[str, Metric] | None, targets: Collection[str]) -> Rule:
    entries = _entries(title, node)
    metric = entry(entries, "metric", lambda word: _metric(word, known), "")
    defined = (known or {}).get(metric)
    bound, size = _bound(title, node, entries) if metric else ("", 0.0)
    against = entry(entries, "against", lambda word: choice(word, AGAINST, "against"), "previous")
    if against == "target" and defined and not defined.target:
        raise entries["against"].place.mistake(f"{metric} has no target")
    if "cases" in entries and defined and not defined.sample:
        raise entries["cases"].place.mistake(f"{metric} rests on no cases that are counted; remove it")
    return Rule(
        title,
        metric,
        bound,
        size,
        against,
        entry(entries, "cases", lambda count: whole(count, "cases", 10**9), 0),
        entry(entries, "anomaly", lambda word: choice(word, {s: s for s in SEVERITIES}, "anomaly"), ""),
        entry(entries, "metrics", _series, ()),
        entry(entries, "where", lambda part: _where(part, defined), {}),
        entry(entries, "older_than", lambda days: whole(days, "older_than, in days,", 3650), None),
        entry(entries, "on", lambda word: choice(word, EVENTS, "on"), ""),
        entry(entries, "to", lambda words: _known_targets(words, targets), tuple(targets)),
        entry(entries, "check", lambda word: choice(word, CADENCES, "check"), "refresh"),
        entry(entries, "remind", lambda days: whole(days, "remind, in days,", 3650), 7),
    )


def _entries(title: str, node: Node) -> dict[str, Node]:
    """The entries of a rule of one kind: what that kind has, nothing else."""
    what = f"rule {quoted(title)}"
    every = (*OF_KIND, *dict.fromkeys(name for names in OF_KIND.values() for name in names), *OF_ALL)
    kinds = [kind for kind in OF_KIND if kind in fields(node, every, what)]
    if len(kinds) != 1:
        raise node.place.mistake(f"{what} needs one of {', '.join(OF_KIND)}")
    return fields(node, (kinds[0], *OF_KIND[kinds[0]], *OF_ALL), what)


def _series(node: Node) -> tuple[str, ...]:
    found = names(node, "metrics")
    for word, item in found.items():
        if word not in SERIES:
            raise item.place.mistake(f"no anomaly is looked for in {quoted(word)}; {nearest(word, SERIES)}")
    return tuple(found)


def _metric(node: Node, known: Mapping[str, Metric] | None) -> str:
    word = plain(node, "metric")
    if known is not None and word not in known:
        near = nearest(word, known) if len(word) > 2 else "make metrics"
        raise node.place.mistake(
            f"there is no metric {quoted(word)}; {near if len(near) < 80 else '`make metrics` lists them'}"
        )
    return word


def _bound(title: str, node: Node, entries: Mapping[str, Node]) -> tuple[str, float]:
    said = [bound for bound in BOUNDS if bound in entries]
    if len(said) != 1:
        raise node.place.mistake(f"rule {quoted(title)} needs one of {', '.join(BOUNDS)}")
    text, place = plain(entries[said[0]], said[0]), entries[said[0]].place
    digits = re.sub(r"\s*(%|pts)$", "", text)
    size = float(number(Text(place, digits), said[0]))
    return said[0], size / 100 if text.endswith("%") and said[0] in ("below", "above") else size


def _where(node: Node, metric: Metric | None) -> dict[str, tuple[str, ...]]:
    if not isinstance(node, Map):
        raise node.place.mistake("where needs entries such as segment: [SMB]")
    for key in node.entries:
        if metric and key not in metric.cuts:
            raise node.keys[key].place.mistake(
                f"{metric.name} is not recorded by {quoted(key)}; {nearest(key, metric.cuts)}"
            )
    return {key: tuple(names(value, key)) for key, value in node.entries.items()}


def _known_targets(node: Node, targets: Collection[str]) -> tuple[str, ...]:
    found = names(node, "to")
    for word, place in found.items():
        if word not in targets:
            known = nearest(word, targets) if targets else "there are none"
            raise place.place.mistake(f"{quoted(word)} is none of the targets; {known}")
    return tuple(found)
