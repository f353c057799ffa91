"""Web entrance.

All is loaded here, so that gunicorn with ``--preload`` loads it once: its workers share
that memory, and one that takes the place of another starts at once.
"""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

application = get_wsgi_application()
# The addresses name every view, form and action: else the first visitor waits for them.
_ = get_resolver().url_patterns
# What was loaded stays: nobody need look for garbage in it, nor write to its pages.
gc.collect()
gc.freeze()
