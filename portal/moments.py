"""Days and moments in words, for pages, mails and papers alike.

A day and its month are joined by a no-break space, so that no line ends between them.
Moments are told in the time of Amsterdam, whatever zone they come in.
"""

from datetime import date, datetime
from functools import lru_cache
from typing import overload
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_SPACE = "\N{NO-BREAK SPACE}"


@overload
def _local(value: datetime) -> datetime: ...


@overload
def _local(value: date) -> date: ...


def _local(value: date) -> date:
    if isinstance(value, datetime) and timezone.is_aware(value):
        return value.astimezone(AMSTERDAM)
    return value


# A list of fifty rows tells a hundred moments, most of them the same few.
@lru_cache(maxsize=2000)
def _written(day: date, form: str) -> str:
    return date_format(day, form)


@lru_cache(maxsize=24 * 60)
def _clock(hour: int, minute: int) -> str:
    return _("%(time)s o'clock") % {"time": f"{hour}.{minute:02}"}


def _in_words(value: date | None, form: str) -> str:
    if not value:
        return ""
    day = _local(value)
    if isinstance(day, datetime):
        day = day.date()
    return _written(day, form)


def nl_date(value: date | None) -> str:
    """vrijdag 16 juli 2027"""
    return _in_words(value, f"l j{_SPACE}F Y")


def nl_day(value: date | None) -> str:
    """vrijdag 16 juli"""
    return _in_words(value, f"l j{_SPACE}F")


def nl_day_month(value: date | None) -> str:
    """16 juli"""
    return _in_words(value, f"j{_SPACE}F")


def nl_short_date(value: date | None) -> str:
    """16 juli 2027"""
    return _in_words(value, f"j{_SPACE}F Y")


def nl_weekday(value: date | None) -> str:
    """vrijdag"""
    return _in_words(value, "l")


def nl_time(value: datetime | None) -> str:
    """17.00 uur"""
    if not value:
        return ""
    moment = _local(value)
    return _clock(moment.hour, moment.minute)


def nl_datetime(value: datetime | None) -> str:
    """vrijdag 16 juli 2027 om 17.00 uur"""
    if not value:
        return ""
    return _("%(date)s at %(time)s") % {"date": nl_date(value), "time": nl_time(value)}


def nl_moment(value: date | None) -> str:
    """A day in full, with its time if it has one."""
    return nl_datetime(value) if isinstance(value, datetime) else nl_date(value)


def nl_period(first: date, last: date) -> str:
    """7 juni tot en met 16 juli 2027"""
    first, last = _local(first), _local(last)
    same_year = first.year == last.year
    return _("%(first)s up to and including %(last)s") % {
        "first": nl_day_month(first) if same_year else nl_short_date(first),
        "last": nl_short_date(last),
    }


def is_past(value: date | None) -> bool:
    """Whether a moment, or the whole of a day, lies behind us."""
    if not value:
        return False
    if isinstance(value, datetime):
        return value <= timezone.now()
    return value < timezone.localdate(timezone=AMSTERDAM)


def days_left(value: date | None) -> str:
    """nog 10 dagen, vandaag tot 17.00 uur, or voorbij; a bare day counts to its end."""
    if not value:
        return ""
    if is_past(value):
        return _("past its date")
    moment = _local(value)
    day = moment.date() if isinstance(moment, datetime) else moment
    days = (day - timezone.localdate(timezone=AMSTERDAM)).days
    if days:
        return ngettext("%(count)s day to go", "%(count)s days to go", days) % {
            "count": days
        }
    if isinstance(moment, datetime):
        return _("today until %(time)s") % {"time": nl_time(moment)}
    return _("today")


def until(value: date | None) -> str:
    """tot vrijdag 16 juli 2027 om 17.00 uur; of a bare day, that day included."""
    if not value:
        return ""
    if isinstance(value, datetime):
        return _("until %(moment)s") % {"moment": nl_datetime(value)}
    return _("up to and including %(day)s") % {"day": nl_date(value)}
