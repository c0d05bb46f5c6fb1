"""The page Customer 360: page.py and its section on one account; main.py runs it."""
