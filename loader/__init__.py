"""From CSV files to raw.*: the contract, the checks at the door, and one COPY transaction; `make load-data` calls it."""
