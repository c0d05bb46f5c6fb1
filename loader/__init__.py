"""From files to raw.*: in comes a folder of files, out go the rows that hold, and the audit of all the others.

Four wings: `files` (what a file is, its rows), `mapping` (other people's exports as the contract's tables), `check`
(what must hold, and the rows that do not) and `write` (into the warehouse, in one transaction). `load` puts them
together; `python -m loader` calls it for `make load-data`, and the tests do.
"""
