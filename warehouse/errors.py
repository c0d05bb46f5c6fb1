"""The one error that is shown to a user as a single line."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable

from rich.console import Console
from rich.markup import escape


class TowerError(Exception):
    """Something the user can mend: what happened, where, and what to do, in one line."""


class Refused(TowerError):
    """What was given is at fault, so that trying again changes nothing."""


# What a machine lacks, and what to do; any other error of the system is a mistake of ours.
LACKS = {
    errno.ENOSPC: "free some space and try again",
    errno.EDQUOT: "free some space and try again",
    errno.EFBIG: "raise the limit on the size of files and try again",
    errno.EROFS: "name a folder that can be written, or mount it so",
    errno.EACCES: "give this user the right to it, or name another",
    errno.EPERM: "give this user the right to it, or name another",
    errno.EBUSY: "another program holds it; try again when that is done",
    errno.EIO: "its disk or mount has failed; look after it",
    errno.ESTALE: "its mount is gone; mount it again",
    errno.ENOTCONN: "its mount is gone; mount it again",
    errno.ENOTDIR: "a file is where a folder should be; move it away or name another",
    errno.EMFILE: "raise the limit on open files and try again",
    errno.ENFILE: "close some programs and try again",
    errno.ENOMEM: "close some programs and try again",
}
NO_MEMORY = "out of memory; close some programs or give this one more, and try again"


def lack(error: Exception) -> str | None:
    """One line for what the machine lacks; None for an error that says something else."""
    if isinstance(error, MemoryError) or "can't start new thread" in str(error):
        return NO_MEMORY
    if not isinstance(error, OSError) or error.errno not in LACKS:
        return None
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{error.strerror or error}; {LACKS[error.errno]}"


def run_cli(main: Callable[[], int | None]) -> None:
    """Run a command's main function; show a TowerError, and what the machine lacks, as one line and leave with 1."""
    try:
        sys.exit(main() or 0)
    except (TowerError, OSError, MemoryError, RuntimeError) as error:
        message = str(error) if isinstance(error, TowerError) else lack(error)
        if message is None:
            raise
        Console(stderr=True, soft_wrap=True, highlight=False).print(f"[bold red]error:[/] {escape(message)}")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
