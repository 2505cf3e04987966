"""Database and Redis URLs."""

from __future__ import annotations

import pytest

from development.urls import django_database, netbox_redis, redis_number, socket_database, with_database


def test_database_url_with_everything() -> None:
    assert django_database("postgresql://ann:p%40ss@db.example:5433/net%20box?sslmode=require") == {
        "NAME": "net box",
        "USER": "ann",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
        "CONN_MAX_AGE": 60,
        "OPTIONS": {"sslmode": "require"},
    }


def test_socket_url_round_trip() -> None:
    database = django_database(socket_database("/tmp/with space", "netbox", "ann"))
    assert (database["HOST"], database["NAME"], database["USER"], database["PORT"]) == ("/tmp/with space", "netbox", "ann", "")


def test_another_database_on_the_same_server() -> None:
    url = with_database("postgresql:///one?host=%2Ftmp%2Fx&user=ann", "two")
    assert (django_database(url)["NAME"], django_database(url)["HOST"]) == ("two", "/tmp/x")


@pytest.mark.parametrize(("url", "what"), [("mysql://h/n", "scheme 'mysql'"), ("postgresql://h/", "no database name")])
def test_a_bad_database_url_is_named(url: str, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        django_database(url)


@pytest.mark.parametrize(
    ("url", "tasks", "caching"),
    [
        ("redis://h:6379", "redis://h:6379/0", "redis://h:6379/1"),
        ("redis://:pw@h:6379/4", "redis://:pw@h:6379/4", "redis://:pw@h:6379/5"),
        ("unix:///tmp/x.sock", "unix:///tmp/x.sock?db=0", "unix:///tmp/x.sock?db=1"),
        ("unix:///tmp/x.sock?db=2", "unix:///tmp/x.sock?db=2", "unix:///tmp/x.sock?db=3"),
    ],
)
def test_netbox_redis(url: str, tasks: str, caching: str) -> None:
    redis = netbox_redis(url)
    assert (redis["tasks"]["URL"], redis["caching"]["URL"]) == (tasks, caching)
    assert redis_number(url, redis["tasks"]["DATABASE"]) == tasks


def test_a_bad_redis_url_is_named() -> None:
    with pytest.raises(ValueError, match="scheme 'http'"):
        netbox_redis("http://h")
