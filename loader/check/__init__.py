"""What must hold. In: a source's rows and the contract. Out: what each file holds, and its bad rows with their reasons.

`load` runs the check table by table, parents first; `write` takes the rows that hold while they are checked.
"""
