"""The page Conversion: page.py and its section on moves between plans; main.py runs it."""
