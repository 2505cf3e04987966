"""Database and Redis URLs, as Django and NetBox want them.

``postgresql://user:password@host:port/name?sslmode=require``; a socket directory goes into the query: ``?host=/run/postgresql``.
``redis://``, ``rediss://`` and ``unix:///path/to/socket?db=0``; NetBox uses the database named there and the next one.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit


def django_database(url: str) -> dict[str, Any]:
    """``DATABASES`` entry for a PostgreSQL URL; ``ValueError`` names what is missing."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError(f"database URL: scheme {parts.scheme!r} is not postgresql")
    options = dict(parse_qsl(parts.query))
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise ValueError("database URL: no database name after the host")
    database: dict[str, Any] = {
        "NAME": name,
        "USER": options.pop("user", unquote(parts.username or "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": options.pop("port", str(parts.port or "")),
        "CONN_MAX_AGE": 60,
    }
    if options:
        database["OPTIONS"] = options
    return database


def with_database(url: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path="/" + quote(name)))


def socket_database(directory: str, name: str, user: str) -> str:
    """URL of a database on a server that listens in a socket directory."""
    return f"postgresql:///{quote(name)}?{urlencode({'host': directory, 'user': user})}"


def redis_number(url: str, number: int) -> str:
    """The same Redis, database ``number``."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return f"unix://{parts.path}?{urlencode(dict(parse_qsl(parts.query)) | {'db': number})}"
    return urlunsplit(parts._replace(path=f"/{number}"))


def netbox_redis(url: str) -> dict[str, dict[str, Any]]:
    """NetBox's ``REDIS`` setting: tasks in the database the URL names (0 if none), cache in the next."""
    parts = urlsplit(url)
    if parts.scheme not in ("redis", "rediss", "unix"):
        raise ValueError(f"Redis URL: scheme {parts.scheme!r} is not redis, rediss or unix")
    first = int(dict(parse_qsl(parts.query)).get("db", 0) if parts.scheme == "unix" else parts.path.lstrip("/") or 0)
    ssl = parts.scheme == "rediss"
    return {
        use: {"URL": redis_number(url, number), "DATABASE": number, "SSL": ssl}
        for use, number in (("tasks", first), ("caching", first + 1))
    }
