"""The page Account health: page.py and its section on risk and silence; main.py runs it."""
