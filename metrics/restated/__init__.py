"""Closed months that moved between publications: `python -m metrics restated` keeps what pages and memo read."""
