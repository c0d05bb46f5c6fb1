"""The dashboard: marts and metrics come in, pages, exports and pictures go out; `make app` starts it."""
