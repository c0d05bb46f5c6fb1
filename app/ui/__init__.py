"""What pages are made of: filters, cards, charts, tables, drills; frames and the selection in, drawn panels out.

Called by the pages and their sections; it knows no page.
"""
