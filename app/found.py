"""What a query returned, in one value: what was found, what was lacking, and whether it failed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd


@dataclass(frozen=True)
class Found:
    """The rows of a query; `lacks` are the tables without rows that it is empty without (source.name)."""

    frame: pd.DataFrame
    lacks: tuple[str, ...] = ()
    failed: bool = False

    def having(self, frame: pd.DataFrame) -> Found:
        """The same answer after a step that made another frame of it."""
        return replace(self, frame=frame)

    def where(self, chosen: pd.Series) -> Found:
        """The rows of the answer for which a column of truth is true."""
        return self.having(self.frame[chosen])

    def beside(self, *others: Found) -> Found:
        """The same rows, lacking and failing with what the others lacked and failed at, too."""
        lacks = {*self.lacks, *(table for other in others for table in other.lacks)}
        return Found(self.frame, tuple(sorted(lacks)), self.failed or any(other.failed for other in others))


NOTHING = Found(pd.DataFrame())
