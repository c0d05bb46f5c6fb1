"""The ground floor: settings in, connections to a running PostgreSQL out; every other package calls it."""
