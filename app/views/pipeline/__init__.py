"""The page Funnel & pipeline: page.py; main.py runs it."""
