"""The page Root causes & releases: page.py and its section on releases; main.py runs it."""
