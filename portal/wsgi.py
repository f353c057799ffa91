"""Web entrance.

All is loaded here, so that gunicorn with ``--preload`` loads it once: its workers share
that memory, and one that takes the place of another starts at once.
"""

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from django.utils import timezone, translation

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

application = get_wsgi_application()
# There is one language and one clock. Where none was chosen, Django raises an error at
# every word and every hour, and catches it.
translation.activate(settings.LANGUAGE_CODE)
timezone.activate(settings.TIME_ZONE)
# The addresses name every view, form and action: else the first visitor waits for them.
_ = get_resolver().url_patterns
# What was loaded stays: nobody need look for garbage in it, nor write to its pages.
gc.collect()
gc.freeze()

# The same of what the first visits load, after each of their full looks: to look
# through all that over and over made one visit in twenty two milliseconds longer (make
# bench, the agenda of 60 items, p95).
BEFORE = gc.get_stats()[2]["collections"]
FIRST_LOOKS = 12


def keep_what_visits_loaded(phase: str, found: dict[str, int]) -> None:
    """The collector tells each look: what a full one left stays, the first times."""
    if phase != "stop" or found["generation"] != 2:
        return
    gc.freeze()
    if gc.get_stats()[2]["collections"] - BEFORE >= FIRST_LOOKS:
        gc.callbacks.remove(keep_what_visits_loaded)


gc.callbacks.append(keep_what_visits_loaded)
