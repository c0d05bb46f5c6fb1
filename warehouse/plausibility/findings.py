"""What is implausible, in words."""

from __future__ import annotations

from dataclasses import dataclass

HINT = (
    'Look at the load; then `make publish FORCE=1 WHY="…"` shows it all the same, {undo}'
    "or `plausibility` in company.yml and another load set other bounds"
)
UNDO = "`make undo-load dbt-run dbt-test` takes the load back, "


@dataclass(frozen=True)
class Finding:
    """What is further from what is shown than its check allows, and which accounts, files or words carry it.

    `also` counts what differs likewise, but less; values are formatted by `unit`: money, count or share.
    """

    check: str
    what: str
    shown: float
    candidate: float
    bound: str
    carried_by: tuple[str, ...]
    unit: str = "count"
    also: int = 0

    @property
    def far(self) -> str:
        """How far: as points, a factor or per cent."""
        if self.unit == "share":
            return f"{(self.candidate - self.shown) * 100:+.0f} points".replace("-", "−")
        if not self.shown:
            return "from none"
        ratio = self.candidate / self.shown
        return f"×{ratio:,.0f}" if ratio >= 3 else f"{(ratio - 1) * 100:+.0f} %".replace("-", "−")

    def say(self) -> str:
        """The whole of it, in one line."""
        shown, candidate = (f"{v:.0%}" if self.unit == "share" else f"{v:,.0f}" for v in (self.shown, self.candidate))
        also = f", and {self.also} more like it" if self.also else ""
        carried = f", carried by {', '.join(self.carried_by)}" if self.carried_by else ""
        return f"{self.what}: {shown} → {candidate} ({self.far}; {self.check} allows {self.bound}{also}){carried}"


@dataclass(frozen=True)
class Verdict:
    """What is implausible, worst first by check; a note where nothing, or not all, could be compared."""

    findings: tuple[Finding, ...] = ()
    note: str = ""
    undo: bool = False  # whether the load can be taken back
    is_new_start: bool = False

    @property
    def public(self) -> str:
        """What everybody may read, whatever the row scope: no amounts, no accounts."""
        said = ", ".join(dict.fromkeys(finding.what for finding in self.findings))
        return f"further from what is shown than `plausibility` in company.yml allows: {said}"

    @property
    def told(self) -> str:
        """What whoever builds can do; refreshes keep it, so that it says no more than everybody may read."""
        return f"the build is held, what was shown stays: it is {self.public}. {HINT.format(undo=UNDO * self.undo)}"
