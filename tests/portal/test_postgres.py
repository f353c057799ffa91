"""Moments are read from PostgreSQL as they were written."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from psycopg import adapters
from psycopg.pq import Format
from psycopg.types.datetime import TimestamptzLoader

from portal.models import User
from portal.postgres import MomentLoader
from tests.factories import UserFactory

MOMENT = adapters.types["timestamptz"].oid


@pytest.mark.parametrize(
    "told",
    [
        b"2027-06-15 07:00:00+00",
        b"2027-06-15 07:00:00.5+00",
        b"2027-06-15 07:00:00.123456+00",
        b"2027-10-31 00:59:59.99+00",
        b"0001-01-01 00:00:00+00",
        b"9999-12-31 23:59:59.999999+00",
    ],
)
def test_moment_is_the_same_as_when_it_is_read_part_by_part(told):
    moment = MomentLoader(MOMENT).load(told)

    assert moment == TimestamptzLoader(MOMENT).load(told)
    assert moment.tzinfo is UTC


@pytest.mark.django_db
def test_connection_with_postgresql_reads_moments_at_once():
    at = datetime(2027, 6, 15, 7, 0, 0, 120, tzinfo=UTC)
    user = UserFactory(last_login=at)

    assert User.objects.get(pk=user.pk).last_login == at
    if connection.vendor == "postgresql":
        loader = connection.connection.adapters.get_loader(MOMENT, Format.TEXT)
        assert loader is MomentLoader
