"""Days that stand out: amounts of each day in, by series and slice, and what weekday and month's end made likely out.

`detector` judges any series with a season by its past; `series` says which are looked at and when a day is told;
`scorer` joins both to the warehouse, and judges them on synthetic companies.
"""
