"""The page Orders & products: page.py; main.py runs it."""
