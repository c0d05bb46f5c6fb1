"""From files to raw.*: contract, checks at the door, rejects, one transaction (`make load-data`)."""
