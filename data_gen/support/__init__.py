"""Support: users and the health of accounts in; tickets, root causes and service levels out."""
