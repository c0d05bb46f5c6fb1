"""Whether a candidate is plausible beside what is shown: the dbt runner asks `gate` before it publishes."""
