"""Marketing: the population in; spend by day and the touches before an account's start out."""
