"""The health score as people read it: its parts with their weights, and its tiers."""

from __future__ import annotations

WEIGHTS = {"usage": 30, "support": 20, "revenue": 25, "engagement": 25}  # per cent
TIERS = {"healthy": "Healthy (from 70)", "watch": "Watch", "at_risk": "At risk (below 40)"}
