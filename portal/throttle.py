"""Counting visits to pages without login, so that nobody can hammer them.

The counter knows a keyed hash of the address for one period, in the cache, and that is
all that is ever kept of it.
"""

from datetime import timedelta
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from redis.exceptions import RedisError


def too_many(request: HttpRequest, name: str, limit: int, period: timedelta) -> bool:
    """Count this visit to ``name`` and tell whether it is one too many.

    At most ``limit`` visits per address in each ``period``. When the cache is away
    everybody may come in: a page that is closed to all is worse than one uncounted.
    """
    seconds = int(period.total_seconds())
    window = int(timezone.now().timestamp()) // seconds
    # The window goes into the hash: two periods cannot be laid side by side.
    secret = f"{name}:{window}:{client_network(request)}"
    key = f"throttle:{salted_hmac('portal.throttle', secret).hexdigest()}"
    try:
        cache.add(key, 0, timeout=seconds)
        count = cache.incr(key)
    except (RedisError, OSError, ValueError):
        return False
    return count is not None and count > limit


def client_network(request: HttpRequest) -> str:
    """The visitor's address; of IPv6 the part that one household or ward shares.

    Each reverse proxy in front adds one address at the end of ``X-Forwarded-For``;
    what stands before those is what the visitor claims, and is not believed.
    """
    address = request.META.get("REMOTE_ADDR", "")
    header = request.META.get("HTTP_X_FORWARDED_FOR", "")
    forwarded = header.split(",") if header else []
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    if 0 < proxies <= len(forwarded):
        address = forwarded[-proxies].strip()
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    if parsed.version == 6 and parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    if parsed.version == 6:
        return str(ip_network((int(parsed), 64), strict=False))
    return str(parsed)
