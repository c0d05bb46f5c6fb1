"""What pages are made of: cards, charts and panels."""
