"""The page Marketing & attribution: page.py and its section on attribution; main.py runs it."""
