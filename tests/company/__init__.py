"""What the company says of itself, and the arithmetic that follows from it."""
