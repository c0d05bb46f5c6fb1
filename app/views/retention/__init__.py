"""The page Retention & cohorts: page.py; main.py runs it."""
