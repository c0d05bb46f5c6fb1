"""`make refresh`: what lies in the inbox is loaded, built, tested, shown, told of and archived, without anybody's hand.

In come files and the settings of company.yml; it calls what the other commands call, and is called by nobody. Out goes
a row of ops.refresh_runs for every run.
"""
