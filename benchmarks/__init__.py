"""What the project claims about speed, as runnable code: `make bench` (or `python -m benchmarks path|loader|pages`), `make bench-app`."""
