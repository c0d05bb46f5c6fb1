"""The address of a database with its sign-in, as one value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from warehouse.errors import TowerError

SHAPE = re.compile(
    r"postgres(?:ql)?(?:\+\w+)?://"
    r"(?:(?P<username>[^:/@]*)(?::(?P<password>.*))?@)?"
    r"(?:\[(?P<ipv6>[^\]]+)\]|(?P<host>[^/:?@]*))(?::(?P<port>\d+))?"
    r"(?:/(?P<database>[^?]*))?(?:\?(?P<query>.*))?"
)


@dataclass(frozen=True)
class DatabaseUrl:
    """Where a database is and who signs in; `query` holds libpq's own options, such as sslmode."""

    username: str | None
    password: str | None = field(repr=False)
    host: str | None
    port: int | None
    database: str | None
    query: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> DatabaseUrl:
        """Read `postgresql://user:password@host:port/database?option=value`. Raises TowerError when it is none."""
        found = SHAPE.fullmatch(text.strip())
        if found is None:
            raise TowerError(
                "DATABASE_URL must be like postgresql://owner:password@host:port/database; mend it in .env"
            )
        parts = {key: unquote(value) for key, value in found.groupdict(default="").items() if key != "query"}
        return cls(
            parts["username"] or None,
            None if found["password"] is None else parts["password"],
            parts["ipv6"] or parts["host"] or None,
            int(found["port"]) if found["port"] else None,
            parts["database"] or None,
            dict(parse_qsl(found["query"] or "")),
        )

    def set(self, **changes: Any) -> DatabaseUrl:
        """The same address with other parts, such as `database="postgres"`."""
        return replace(self, **changes)

    def text(self) -> str:
        """As one line, password included: for programs that take nothing else."""
        signed = quote(self.username or "", safe="")
        if self.password is not None:
            signed += ":" + quote(self.password, safe="")
        host = f"[{self.host}]" if self.host and ":" in self.host else self.host or ""
        port = f":{self.port}" if self.port else ""
        query = f"?{urlencode(self.query)}" if self.query else ""
        return f"postgresql://{signed + '@' if signed else ''}{host}{port}/{quote(self.database or '', safe='')}{query}"
