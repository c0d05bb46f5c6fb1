"""The synthetic company: a seed and a size in, the raw contract's CSV files and truth/ out; `make gen-data` calls it."""
