"""Sales: population and billing in; accounts, contacts, reps, deals with their history, activities and targets out."""
