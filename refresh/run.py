"""One refresh: the inbox is loaded, built, tested, shown, compared with known totals, told of and archived."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alerts.run import check
from company.contract import read_contract
from company.profile import Profile
from company.reading import read_profile
from insights.memo import write_memo
from loader.load import run_load
from loader.loaded import Options
from loader.mapping.reader import read_mapping
from loader.write.company import find_company
from metrics.sources import count
from refresh.doors import DOORS
from refresh.inbox import Inbox, look
from refresh.record import FAILED, NOTHING, Run, StepFailed, noted
from warehouse import dbt, server
from warehouse.connections import owner_connection
from warehouse.errors import TowerError
from warehouse.settings import Settings

BUILD = ["--quiet", "build", "--exclude-resource-type", "unit_test"]  # what `make all` builds with
BEHIND = """
    select
        (select max(load_run_id) from ops.load_runs where status = 'succeeded')
        is distinct from
        (select load_run_id from ops.publications where publication_id = (select publication_id from ops.shown))
"""


def refresh(settings: Settings, started_by: str = "hand") -> Run:
    """Run every step, and return how it went. Raises TowerError when the warehouse is not there, or another runs."""
    print(server.up(settings), flush=True)
    with noted(settings, started_by) as run:
        job = Job(settings, run, Inbox(settings.inbox, {}))
        for part in (job.take_in, job.tell, job.put_away):
            try:
                part()
            except StepFailed:
                pass
            except TowerError as error:
                run.fail(str(error))
        print(f"refresh {run.number}: {run.status}" + (f": {run.message}" if run.message else ""), flush=True)
    return run


@dataclass
class Job:
    """What is done with the files of an inbox."""

    settings: Settings
    run: Run
    inbox: Inbox

    def take_in(self) -> None:
        """From the files to what is shown. Raises StepFailed, and TowerError for a mistake in company.yml."""
        self.inbox = look(self.settings.inbox)
        if not self.inbox.files:
            self.run.status, self.run.message = NOTHING, f"no file waits in {self.inbox.folder.name}"
            return
        company = find_company(self.inbox.folder, self.settings.company_file, self.settings.root)
        profile = read_profile(company) if company else None
        told = (profile or Profile()).refresh
        self.run.retries, self.run.wait = told.retries, told.wait
        self.run.step("load", lambda: self._load(company, profile))
        if _is_behind(self.settings):
            self.run.step("build", self._build)
            self.run.step("insights", self._insights)
        else:
            self.run.status, self.run.message = NOTHING, "every file was loaded before, and is shown"

    def tell(self) -> None:
        """What alerts.yml asks for, also when a step has failed. Raises StepFailed."""
        if self.settings.alerts_file.exists():
            failure = self.run.message if self.run.status == FAILED else ""
            self.run.step("alerts", lambda: check(self.settings, DOORS, str(self.run.number), failure))

    def put_away(self) -> None:
        """The files into the archive; they stay where they are when a step has failed. Raises StepFailed."""
        if self.inbox.files and self.run.status != FAILED:
            self.run.step("archive", lambda: self.inbox.archive(self.run.started_at))

    def _load(self, company: Path | None, profile: Profile | None) -> str:
        told = (profile or Profile()).refresh
        tables = read_contract(self.settings.root / "dbt")
        mappings = tuple(read_mapping(name, tables) for name in told.mapping.split(",") if name)
        done = run_load(
            Options(
                self.inbox.folder,
                told.mode,
                as_of=self.settings.as_of_date,
                mappings=mappings,
                profile=profile,
                company_file=company,
                gross_margin=self.settings.gross_margin,
            )
        )
        if not done.run:
            return f"{count(len(done.skipped), 'file')} loaded before"
        files = count(len(self.inbox.files), "file")
        return f"load {done.run}: {count(done.read)} of {files}, {done.rejected:,} rejected"

    def _build(self) -> str:
        dbt.run(BUILD)
        with owner_connection(self.settings) as connection, connection.cursor() as cursor:
            cursor.execute("select publication_id, tests from ops.publications order by publication_id desc limit 1")
            number, tests = cursor.fetchone()
        return f"publication {number} is shown, {count(tests, 'test')} passed"

    def _insights(self) -> str:
        file = self.settings.insights_file
        file.write_text(write_memo(), encoding="utf-8")
        return f"wrote {file.name}"


def _is_behind(settings: Settings) -> bool:
    """Whether what is shown does not rest on the load in force."""
    with owner_connection(settings) as connection, connection.cursor() as cursor:
        cursor.execute(BEHIND)
        return bool(cursor.fetchone()[0])


def exit_code(run: Run) -> int:
    """What the command ends with."""
    return int(run.status == FAILED)
