"""The page Sales activity & reps: page.py; main.py runs it."""
