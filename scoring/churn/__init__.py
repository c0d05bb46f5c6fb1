"""Churn risk: what was known of each paying account at month ends in, the probability that it leaves unannounced out.

`features` says what is looked at and in which words, `model` fits and explains, `backtest` judges month by month what
would have been said then, `files` makes the same table from a folder of CSV files, and `scorer` joins them to the
warehouse.
"""
