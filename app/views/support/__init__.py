"""The page Support & quality: page.py; main.py runs it."""
