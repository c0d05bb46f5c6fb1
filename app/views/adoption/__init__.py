"""The page Product adoption: page.py and its section on features; main.py runs it."""
