"""Where the good rows of a file go while they are checked."""

from __future__ import annotations

from typing import Protocol

import pyarrow as pa

from loader.files.relation import Relation


class Sink(Protocol):
    """Takes the rows of one file, and in the end keeps or forgets them."""

    def put(self, batch: pa.RecordBatch) -> None:
        """Take some rows."""

    def finish(self) -> int:
        """Keep what was put; returns the rows."""

    def cancel(self) -> None:
        """Forget what was put."""


class Nowhere:
    """A sink for rows that nobody wants yet."""

    def put(self, batch: pa.RecordBatch) -> None:
        """Nothing."""

    def finish(self) -> int:
        """Nothing was kept."""
        return 0

    def cancel(self) -> None:
        """Nothing."""


def discard(relation: Relation) -> Sink:
    """The rows are not wanted."""
    return Nowhere()
