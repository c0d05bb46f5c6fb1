"""The page Forecast: page.py and its section on the quarter and earlier quarters; main.py runs it."""
