"""Other people's exports. In: a folder and mapping files (YAML). Out: a source of the contract's rows, as in `files`.

A mapping is read and judged here (`document`, `expressions`, `model`) before anything of it runs; `ready` has those
that come with the project. `load` takes the source; `make mapping-check` and `make doctor` say what a mapping makes of
a folder.
"""
