"""From CSV files to raw.*: the contract, the checks at the door, one COPY transaction (`make load-data`)."""
