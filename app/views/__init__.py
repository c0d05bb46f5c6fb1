"""The pages, one folder each: `page.py` is the entry that Streamlit runs, beside it its sections and its SQL.

In come the build and the selection of the running visit, out go panels; nothing but main.py calls a page, and no page
imports another.
"""
