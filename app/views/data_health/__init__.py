"""The page Data health: page.py and its section on the audit; main.py runs it."""
