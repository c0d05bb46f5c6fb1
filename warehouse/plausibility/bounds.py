"""How far a candidate may be from what is shown, unless `plausibility` in company.yml says otherwise."""

SHARES = {"mrr": 0.33, "customers": 0.33, "closed_months": 0.10, "rows": 0.50, "nulls": 0.20}
COUNTS = {"movements": 3.0, "new_words": 5.0}
