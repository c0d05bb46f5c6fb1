"""Alerts: the rules of alerts.yml asked of the built marts, told once when they open and once when they are resolved.

In come rules, `metrics` and the audit in ops; out go states (ops.alert_states) and messages, one for each target and
run (ops.alert_messages), which are delivered through Apprise. `refresh` calls it, and gives it what
the dashboard and the memo know: links to pages, the board report, the sentences.
"""
