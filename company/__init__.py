"""Whose tower this is: the ground floor, beside `warehouse`, of which it uses the one error that users see.

In comes the raw contract (the dbt source YAML) and `company.yml` (optional, as is each of its entries). Out go the
contract's tables, a checked `Profile`, its plain rows, and the arithmetic of the company's calendar, currencies and
service hours. Everybody may call `company.calendar`, the loader and the generator read the contract; each load reads
the profile and writes its rows beside the data.
"""
