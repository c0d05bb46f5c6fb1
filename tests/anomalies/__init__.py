"""Anomalies: what was planted is found, what is calm stays calm, and every band is computed a second time."""
