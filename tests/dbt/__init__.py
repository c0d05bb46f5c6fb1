"""The dbt project as a whole: its rules, its incremental models, and mutants that its tests must kill."""
