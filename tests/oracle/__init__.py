"""Every number computed another way: pandas straight from the CSV files, by the definitions, no code of dbt."""
