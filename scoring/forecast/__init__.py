"""The forecast: months of MRR movements and deals with their stages in, scores of MRR and bookings to come out.

`mrr` and `bookings` are pure; `scorer` reads and writes for them, `judging` compares them with what came.
"""
