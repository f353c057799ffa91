"""The real settings, with the few things that a test run needs otherwise.

``TEST_DATABASE=postgres`` runs the suite on PostgreSQL, anything else on SQLite: a
file and not memory, because only a file has the journal that makes races real.
"""

import os

from tests.servers import postgres_url, scratch_folder
from tests.strict import UndefinedVariable

FOLDER = scratch_folder()
ON_POSTGRES = os.environ.get("TEST_DATABASE") == "postgres"

# What a developer's shell happens to hold must not change a test.
for name in ("DEMO", "REDIS_URL", "EMAIL_HOST", "SITE_URL", "ALLOWED_HOSTS"):
    os.environ.pop(name, None)
os.environ["SECRET_KEY"] = "of-the-tests-and-of-nothing-else-0123456789-abcdefghij"
os.environ["DATA_DIR"] = str(FOLDER)
os.environ["DATABASE_URL"] = (
    postgres_url(FOLDER) if ON_POSTGRES else f"sqlite:///{FOLDER / 'inbreng.sqlite3'}"
)

from portal.settings import *
from portal.settings import DATABASES, STORAGES, TEMPLATES

DATABASES["default"]["TEST"] = {
    "NAME": "test_inbreng" if ON_POSTGRES else str(FOLDER / "test.sqlite3")
}
# Argon2 is slow on purpose; which hasher production uses has its own test.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# WhiteNoise looks for this folder; the tests serve nothing from it.
STATIC_ROOT = FOLDER / "static"
STATIC_ROOT.mkdir(exist_ok=True)
# No collectstatic before every run: addresses without a fingerprint.
STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
# WhiteNoise warns of a folder that is not there; the live server serves by finders.
STATIC_ROOT = FOLDER / "static"
STATIC_ROOT.mkdir(exist_ok=True)
for engine in TEMPLATES:
    engine["OPTIONS"]["string_if_invalid"] = UndefinedVariable()
