"""Whose tower this is: the ground floor, beside `warehouse`, of which it uses the one error that users see.

In comes `company.yml` (optional, as is each of its entries). Out go a checked `Profile`, the plain rows of it that the
loader writes beside the data, and the arithmetic of the company's calendar, currencies and service hours.
Everybody may call `company.calendar`; the loader calls the rest, and the tests use it as the oracle of the SQL.
"""
