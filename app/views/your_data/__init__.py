"""The page Your data: page.py draws what metrics.your_data says of each source; main.py runs it."""
