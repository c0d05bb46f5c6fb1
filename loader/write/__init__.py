"""Into the warehouse. In: rows that hold, a transaction. Out: raw.* as the mode wants it, and ops.* with the audit.

`load` calls it; nothing here commits.
"""
