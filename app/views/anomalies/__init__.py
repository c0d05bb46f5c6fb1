"""The page Anomalies: page.py; main.py runs it."""
