"""`python -m refresh`: load what lies in the inbox, build, test and show it, write INSIGHTS.md, archive the files."""

from __future__ import annotations

import argparse

from warehouse.errors import run_cli
from warehouse.settings import load_settings


def main() -> int:
    """Refresh once or by a schedule, or say whether that goes well. Returns 1 when a step failed."""
    settings = load_settings()
    given = read_arguments(settings.refresh_schedule)
    if given.healthy:
        from refresh.schedule import check_health

        print(check_health(settings, given.schedule or settings.refresh_schedule))
        return 0
    if given.schedule:
        from refresh.schedule import serve

        serve(settings, given.schedule)
        return 0
    if given.alerts_test:
        from alerts.run import rehearse
        from refresh.doors import DOORS

        print("\n".join(rehearse(settings, DOORS)))
        return 0
    from refresh.run import exit_code, refresh  # loads what loads, builds and asks

    return exit_code(refresh(settings))


def read_arguments(schedule: str) -> argparse.Namespace:
    """The command line; `schedule` is the setting's."""
    parser = argparse.ArgumentParser(
        prog="python -m refresh",
        description=__doc__,
        epilog="INBOX names the folder (inbox/), `refresh` in company.yml says how it is loaded. Each run stands in "
        "ops.refresh_runs and on the page Data health.",
    )
    parser.add_argument(
        "--schedule",
        nargs="?",
        const=schedule,
        metavar="CRON",
        help=f"refresh again and again, in the company's time zone; without a value by REFRESH_SCHEDULE: {schedule}",
    )
    parser.add_argument(
        "--healthy", action="store_true", help="fail when the last refresh is older than the schedule lets it be"
    )
    parser.add_argument(
        "--alerts-test", action="store_true", help="say what alerts.yml would send now; nothing is sent"
    )
    return parser.parse_args()


if __name__ == "__main__":
    run_cli(main)
