"""The page Forecast: page.py and its sections, on what lies ahead, scenarios, and earlier quarters; main.py runs it."""
