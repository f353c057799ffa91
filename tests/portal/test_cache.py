from collections.abc import Iterator

import pytest
from django.core.cache.backends.redis import RedisCache

from portal.cache import ForgivingRedisCache
from tests.servers import free_port, redis_server

PARAMS = {"OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2}}


@pytest.fixture
def cache_on_a_redis_that_stops() -> Iterator[tuple[ForgivingRedisCache, object]]:
    server = redis_server()
    address = server.__enter__()
    cache = ForgivingRedisCache(address, PARAMS)
    stopped = []

    def stop() -> None:
        stopped.append(True)
        server.__exit__(None, None, None)

    yield cache, stop
    if not stopped:
        stop()


def test_what_was_kept_is_kept_in_redis(redis):
    ForgivingRedisCache(redis, PARAMS).set("tries", 3)

    assert RedisCache(redis, PARAMS).get("tries") == 3


def test_a_redis_that_stops_breaks_nothing(cache_on_a_redis_that_stops):
    cache, stop = cache_on_a_redis_that_stops
    cache.set("tries", 3)

    stop()

    assert cache.get("tries", "unknown") == "unknown"
    assert cache.add("limit", 1, 60) is True
    assert cache.add("limit", 1, 60) is False
    assert cache.incr("limit") == 2
    assert cache.get_many(["limit", "tries"]) == {"limit": 2}


def test_a_redis_that_is_away_is_asked_once_and_not_at_every_call():
    cache = ForgivingRedisCache(f"redis://127.0.0.1:{free_port()}/0", PARAMS)
    cache.get("a")
    left_alone_until = cache.away_until

    cache.get("b")

    assert left_alone_until > 0
    assert cache.away_until == left_alone_until
