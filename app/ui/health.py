"""The health score as people read it: its parts with their weights, and its tiers."""

from __future__ import annotations

WEIGHTS = {"usage": 30, "support": 20, "revenue": 25, "engagement": 25}  # per cent
HEALTHY, AT_RISK = 70, 40  # the score from which an account is healthy, and below which it is at risk
TIERS = {"healthy": f"Healthy (from {HEALTHY})", "watch": "Watch", "at_risk": f"At risk (below {AT_RISK})"}
