"""What the project claims about speed, as runnable code: `make bench` and `make bench-app`."""
