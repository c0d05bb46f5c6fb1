"""The synthetic company: seed and size in, the raw contract's CSV files and truth/ out (`make gen-data`)."""
