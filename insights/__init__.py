"""Writes INSIGHTS.md from the marts, through `metrics`; `make insights` calls it."""
