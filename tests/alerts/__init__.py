"""What is told, to whom, how often."""
