"""Billing: the population in; subscriptions, ledger, invoices, payments, orders, churn events and truth out."""
