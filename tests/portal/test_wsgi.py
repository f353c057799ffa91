"""What the web entrance does with memory."""

import os
import subprocess
import sys

PROGRAM = """
import gc
from portal import wsgi

loaded = gc.get_freeze_count()
visits = [[] for _ in range(1000)]
gc.collect()
first = gc.get_freeze_count()
visits += [[] for _ in range(1000)]
for _ in range(wsgi.FIRST_LOOKS - 1):
    gc.collect()
last = gc.get_freeze_count()
later = [[] for _ in range(1000)]
for _ in range(2 * wsgi.FIRST_LOOKS):
    gc.collect()
print(
    loaded > 0,
    first >= loaded + 1000,
    last >= first + 1000,
    gc.get_freeze_count() == last,
)
"""


def test_nobody_looks_for_garbage_in_what_the_first_visits_loaded():
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "SECRET_KEY": "of a test"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert run.stdout.split() == ["True"] * 4
