"""Files as they come. In: a folder. Out: each table's files, and of each file its rows as columns of text.

Encoding, delimiter, header and damage are settled here (`facts`, `records`), and how a column's values are written
(`notation`). `check` reads the rows; `mapping` has a folder of another kind with the same face.
"""
