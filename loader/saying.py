"""What a load did, in lines for the terminal."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from loader.check.outcome import Problem, Status
from loader.check.window import Window
from loader.loaded import Loaded, Options
from loader.mapping.reader import names
from warehouse.errors import Refused


def console() -> Console:
    """Plain text; what is no terminal is wide, so that no table breaks."""
    return Console(soft_wrap=True, highlight=False, width=None if sys.stdout.isatty() else 200)


def say(out: Console, done: Loaded, options: Options) -> None:
    """One line per file, how it was read, what was left out, and examples of what was rejected."""
    refused = bool(done.problems)
    if done.outcomes and not refused:
        out.print(_files(done, bool(options.mappings)))
    for outcome in done.outcomes:
        for note in outcome.notes:
            out.print(f"{outcome.file}: {note}", markup=False)
    for file, run in done.skipped.items():
        out.print(f"{file}: the same content was loaded in load {run}; skipped", markup=False)
    for key, change in done.changes.items():
        out.print(f"{key}: {change.new:,} new, {change.changed:,} changed, {change.same:,} as they were")
    for outcome in done.outcomes:
        if outcome.status is Status.DELETED and not refused:
            out.print(f"{outcome.file}: {outcome.deleted:,} rows deleted", markup=False)
    if done.unused:
        out.print(f"fits no table of the contract, not read: {', '.join(done.unused[:20])}", markup=False)
    if done.absent and options.mode == "replace" and not refused:
        out.print(f"no file, so the table is empty: {', '.join(done.absent)}")
    if not refused:
        _say_problems(out, [problem for outcome in done.outcomes for problem in outcome.problems])


def _files(done: Loaded, with_tables: bool) -> Grid:
    grid = Grid("file", "rows read", "loaded", "rejected", box=None, pad_edge=False)
    for column in grid.columns[1:]:
        column.justify = "right"
    for outcome in done.outcomes:
        what = f"{outcome.file} → {outcome.table.key}" if with_tables else outcome.file
        grid.add_row(escape(what), f"{outcome.rows:,}", f"{outcome.loaded:,}", f"{outcome.rejected:,}")
    return grid


def _say_problems(out: Console, problems: list[Problem]) -> None:
    """What is wrong, where: of every rule the first rows."""
    for p in problems:
        count = f" ({p.rows:,} rows)" if p.rows else ""
        line = f"{p.file}:{p.line or '-'}: {p.column or '-'}: {p.rule}: {p.value!r}: {p.message}{count}"
        out.print(line, markup=False)


def say_done(out: Console, done: Loaded, options: Options, seconds: float) -> None:
    """The last line of a load that was not refused, and what to do next."""
    read, rejected = done.read, done.rejected
    if options.check_only:
        out.print(
            f"{len(done.outcomes)} files, {read:,} rows, {rejected:,} to reject: nothing was loaded (--check-only)"
        )
        return
    if not done.run:
        out.print("nothing new: every file was loaded before; nothing was changed")
        return
    out.print(
        f"load {done.run}: {read:,} rows read = {read - rejected:,} loaded + {rejected:,} rejected, "
        f"in {seconds:.1f} s; data from {done.window.start} {_today(done.window)}"
    )
    out.print(_company(done, options), markup=False)
    if done.window.earlier and not (options.folder / "truth").is_dir():
        table, day = done.window.earlier
        mend = "no window is longer than 24 years" if done.window.is_longest else f"FROM={day} takes it in"
        out.print(f"{table} begins on {day}, before the window: {mend}")
    for sentence in (*done.folded, *done.contradicted):
        out.print(sentence, markup=False)
    if done.kept:
        out.print(
            f"what it replaced is kept until the next load ({done.kept / 2**20:,.0f} MB): make undo-load puts it back"
        )
    if rejected:
        _say_how_to_mend(out, done.run, options)


def _company(done: Loaded, options: Options) -> str:
    """Whose company it is, and who says so."""
    name = done.company or "no name"
    if options.company_file:
        return f"company: {name}, as {options.company_file} says"
    if options.mode != "replace":
        return f"company: {name}, as of an earlier load"
    return "company: no company.yml, so its words and currency are learned from the data"


def _today(window: Window) -> str:
    """What today is, which column says so, and what lies after the day of the load."""
    said = f"as of {window.as_of}, from {window.source or 'AS_OF_DATE'}"
    if not window.later:
        return said
    rows = sum(count for _, count in window.later)
    lie = "row lies" if rows == 1 else "rows lie"
    return f"{said}; {rows:,} {lie} after the day of the load: {', '.join(name for name, _ in window.later)}"


def _say_how_to_mend(out: Console, run: int, options: Options) -> None:
    if not options.mappings:
        out.print(f"rejected rows to mend: make rejects RUN={run} OUT=mend; then make load-data DATA=mend MODE=merge")
        return
    # a mended line alone would lack the files that it is joined to
    given = ",".join(m.name if m.name in names() else str(m.path) for m in options.mappings)
    out.print(f"make rejects RUN={run} shows the lines; mend them where they stand, then: ", end="")
    out.print(f"make load-data DATA={options.folder} MAPPING={given} MODE=merge", markup=False)


def refuse(out: Console, done: Loaded, options: Options) -> None:
    """Say what is wrong, and that nothing was loaded. Raises Refused."""
    _say_problems(out, list(done.problems))
    if not options.strict:
        _say_shares(out, done, options.max_rejects)
    kept = (
        f"; make rejects RUN={done.refused_run} writes the rows to mend" if done.refused_run and done.rejected else ""
    )
    is_about_shares = not options.strict and not any(outcome.is_refused for outcome in done.outcomes)
    higher = ", or allow more with MAX_REJECTS=percent" if is_about_shares else ""
    raise Refused(
        f"{done.trouble}; nothing was changed. Mend the lines above{higher}, and run `make load-data` again{kept}"
    )


def _say_shares(out: Console, done: Loaded, most: float) -> None:
    """The tables of which too many rows are bad."""
    for key in dict.fromkeys(outcome.table.key for outcome in done.outcomes):
        mine = [outcome for outcome in done.outcomes if outcome.table.key == key]
        read, rejected = sum(o.rows for o in mine), sum(o.rejected for o in mine)
        if rejected and rejected > most * read:
            out.print(f"{key}: {rejected:,} of {read:,} rows are bad, {rejected / read:.1%}; {most:.1%} may be")
