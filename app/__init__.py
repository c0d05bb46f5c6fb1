"""The dashboard: metrics and marts in, five pages out; `make app` starts it."""
