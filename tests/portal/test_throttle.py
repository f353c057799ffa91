from datetime import timedelta

import pytest
from django.core.cache import cache, caches
from django.test import RequestFactory
from time_machine import travel

from portal.throttle import client_network, too_many

HOUR = timedelta(hours=1)


def visit(address="192.0.2.7", **headers):
    return RequestFactory().get("/", REMOTE_ADDR=address, headers=headers)


def count(times, name="antwoord", limit=3, **kwargs):
    return [too_many(visit(**kwargs), name, limit, HOUR) for _ in range(times)]


@travel("2027-06-15 10:10+02:00", tick=False)
def test_visit_over_the_limit_is_one_too_many():
    assert count(5) == [False, False, False, True, True]


@travel("2027-06-15 10:10+02:00", tick=False)
def test_other_pages_and_other_visitors_have_their_own_count():
    count(4)

    assert count(1, name="uitslag") == [False]
    assert count(1, address="192.0.2.8") == [False]
    assert count(1) == [True]


def test_next_period_begins_anew():
    with travel("2027-06-15 10:10+02:00", tick=False):
        count(4)
    with travel("2027-06-15 11:00+02:00", tick=False):
        assert count(1) == [False]


def test_nothing_in_the_cache_tells_the_address(settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": "throttle-alone",
        }
    }
    with travel("2027-06-15 10:10+02:00", tick=False):
        count(2)
        kept = repr(list(cache._cache.items()))
    with travel("2027-06-15 11:10+02:00", tick=False):
        count(1)
        later = repr(list(cache._cache))

    assert "192.0.2.7" not in kept
    assert len(set(later.split("throttle:"))) == 3  # no key of the two is the same


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_household_is_counted_as_one(address, network):
    assert client_network(visit(address)) == network


def test_what_a_visitor_claims_to_be_is_not_believed(settings):
    forged = {"x-forwarded-for": "198.51.100.1, 203.0.113.9"}

    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    assert client_network(visit(**forged)) == "192.0.2.7"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert client_network(visit(**forged)) == "203.0.113.9"
    assert client_network(visit()) == "192.0.2.7"


def redis_cache(address):
    return {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": address,
            "OPTIONS": {"socket_connect_timeout": 1},
        }
    }


def end_process():
    """Leave the cache as a process does that ends."""
    for pool in caches["default"]._cache._pools.values():
        pool.disconnect()
    del caches["default"]


@travel("2027-06-15 10:10+02:00", tick=False)
def test_redis_counts_for_all_processes(redis, settings):
    settings.CACHES = redis_cache(redis)

    assert count(3) == [False, False, False]
    end_process()
    assert count(1) == [True]
    end_process()


def test_everybody_may_come_in_while_the_cache_is_away(settings):
    settings.CACHES = redis_cache("redis://127.0.0.1:1/0")

    assert count(5) == [False] * 5
