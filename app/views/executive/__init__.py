"""The page Executive overview: page.py and its board report; main.py runs it."""
