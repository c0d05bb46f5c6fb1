"""What SQL cannot do well: scores of what was known at a day, judged by what came after and by what ships here.

In comes what is loaded (`raw`) and what people have set right (`ops`); out go tables of schema `scores`, which dbt
joins to the marts, so that a score is published with them, and the figures by which each scorer was judged.
`make score` and every build call it. A new scorer is a module with the shape of `scoring.shape`, named in SCORERS.
"""
