"""The page MRR & movements: page.py and its section on invoices and payments; main.py runs it."""
