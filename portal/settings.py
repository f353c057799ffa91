"""Every setting of Inbreng. What differs per place comes from the environment.

README.md lists the variables; `portal.env` reads them.
"""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from portal.env import env, env_bool, env_days, env_int, env_secret

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Where it runs ---------------------------------------------------------------

DEBUG = False
DEMO = env_bool("DEMO")
SITE_URL = env("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
IS_HTTPS = SITE_URL.startswith("https://")
DATA_DIR = Path(env("DATA_DIR", str(BASE_DIR / "var")))
SECRET_KEY = env_secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = [key for key in env("SECRET_KEY_OLD", "").split(",") if key]

_host = urlsplit(SITE_URL).hostname or ""
ALLOWED_HOSTS = [
    host
    for host in env("ALLOWED_HOSTS", f"{_host},127.0.0.1,localhost").split(",")
    if host
]
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# --- What it is made of ----------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django.forms",
    "portal",
    "councils",
    "procurement",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.middleware.PrivatePagesMiddleware",
    "portal.middleware.LimitMiddleware",
    "portal.middleware.SecondFactorMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.site",
            ],
            "builtins": ["django.templatetags.i18n", "portal.templatetags.portal"],
        },
    },
    {
        # Mails in plain text: nothing is escaped, so nothing needs marking safe.
        "NAME": "text",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "autoescape": False,
            "builtins": ["django.templatetags.i18n", "portal.templatetags.portal"],
        },
    },
]
FORM_RENDERER = "portal.forms.PortalRenderer"

# --- Database --------------------------------------------------------------------

DATABASES = {
    "default": dj_database_url.parse(
        env("DATABASE_URL", f"sqlite:///{DATA_DIR / 'inbreng.sqlite3'}"),
        conn_max_age=env_int("DATABASE_CONN_MAX_AGE", 600),
        conn_health_checks=True,
    )
}
IS_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
if IS_SQLITE:
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
            "PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"
            # Or INSERT OR REPLACE would delete a frozen row unseen.
            "PRAGMA recursive_triggers=ON;"
        ),
    }
else:
    # PostgreSQL keeps the plan of a query that it has seen before.
    DATABASES["default"]["OPTIONS"] = {
        "server_side_binding": True,
        "prepare_threshold": 1,
    }
if DEMO and not IS_SQLITE:
    raise ImproperlyConfigured("DEMO=1 logs anyone in: it works with SQLite only.")

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- People and login ------------------------------------------------------------

AUTH_USER_MODEL = "portal.User"
AUTHENTICATION_BACKENDS = ["portal.sessions.AuthenticationBackend"]
SESSION_ENGINE = "portal.sessions"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "portal.passwords.LongEnough", "OPTIONS": {"min_length": 12}},
    {"NAME": "portal.passwords.NotCommon"},
    {
        "NAME": "portal.passwords.NotLikeYourself",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
]

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"

ACCOUNT_ADAPTER = "portal.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 600
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
# Who logged in or proved who they are this long ago is not asked again. Putting an app
# on a telephone takes a while.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 1800
# The limits a day keep a code of six digits safe: at most 90 guesses a day at one
# address. What has no day limit needs something else first.
ACCOUNT_RATE_LIMITS = {
    "change_password": "10/m/user",
    "forgotten_password": "3/5m/key,30/d/key",
    "login": "30/m/ip",
    "login_failed": "20/m/ip,5/5m/key,40/d/key",
    "mail_code": "3/5m/key,30/d/key",
    "reauthenticate": "10/m/user",
    "request_login_code": "20/m/ip,3/5m/key,30/d/key",
    "reset_password": "20/m/ip",
    "reset_password_from_key": "20/m/ip",
}
MFA_ADAPTER = "portal.accounts.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Inbreng"
MFA_TOTP_TOLERANCE = 1
# Accounts begin with an invitation by mail: their address is known to be right.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# A passkey always asks for the finger or the code of the device: it counts as two.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS
# After this the second step is asked again; once in a working day.
SECOND_FACTOR_AGE = timedelta(hours=12)

# Called by dotted path, because portal may not import the apps above it.
SEATS_OF = "councils.seats.seats_of"  # (user) -> list of portal.seats.Seat
MENU_FOR = "procurement.menu.menu_for"  # (request, seats) -> list of menu items
# (meeting, user) -> list of councils.actions.suggestion.Suggestion
AGENDA_SUGGESTIONS = "procurement.suggestions.for_meeting"
# (PDF, keys of files, told how many pages there are) -> that PDF with them behind it
BIND_BEHIND = "councils.exports.papers_pdf.bind"
MAIL_RECHECKS = {  # name -> (**args) -> reason not to send, or ""
    "agenda": "councils.rechecks.agenda",
    "guest_agenda": "councils.rechecks.guest_agenda",
    "guest_minutes": "councils.rechecks.guest_minutes",
    "reminder": "procurement.rechecks.reminder",
    "request_published": "procurement.rechecks.request_published",
    "ready_to_sign": "procurement.rechecks.ready_to_sign",
    "submission_received": "procurement.rechecks.submission_received",
    "meeting": "councils.rechecks.meeting",
    "plan_waits": "procurement.rechecks_plan.plan_waits",
    "plan_agreed": "procurement.rechecks_plan.plan_agreed",
    "plan_step": "procurement.rechecks_plan.plan_step",
    "minutes_missing": "councils.rechecks.minutes_missing",
    "minutes_closed": "councils.rechecks.minutes_closed",
    "minutes_sent": "councils.rechecks.minutes_sent",
    "action_due": "councils.rechecks.action_due",
    "paper_asked": "councils.rechecks.paper_asked",
    "papers_due": "councils.rechecks.papers_due",
    "paper_not_needed": "councils.rechecks.paper_not_needed",
    "term_ends": "councils.rechecks.term_ends",
    "seat_last_day": "councils.rechecks.seat_last_day",
    "stand_in": "councils.rechecks.stand_in",
    "invitation": "councils.rechecks.invitation",
    "invitation_told": "councils.rechecks.invitation_told",
}

# Without a visit; each visit after a day puts the end off. See portal/README.md.
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
SESSION_RENEWED_AFTER = timedelta(days=1)
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.views.csrf_failure"
# Says that somebody was logged in here, so that the end of a session can be told.
WAS_HERE_COOKIE = "__Host-was-here" if IS_HTTPS else "was-here"
WAS_HERE_AGE = int(timedelta(days=90).total_seconds())
if IS_HTTPS:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env_bool("SSL_REDIRECT", True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = env_int("HSTS_SECONDS", 31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
# How many reverse proxies add the visitor's address to X-Forwarded-For. What stands
# before theirs is the visitor's own claim.
ALLAUTH_TRUSTED_PROXY_COUNT = env_int("TRUSTED_PROXIES", 1 if IS_HTTPS else 0)
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}

# --- Language and time -----------------------------------------------------------

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Dutch"))]
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Amsterdam"

# --- Files -----------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
# There is no MEDIA_URL: a view checks who may have a file, and gives it.
MEDIA_ROOT = Path(env("MEDIA_ROOT", str(DATA_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000

# --- Cache, Celery and mail ------------------------------------------------------

REDIS_URL = env("REDIS_URL", "")
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "portal.cache.ForgivingRedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

CELERY_BROKER_URL = REDIS_URL or "memory://localhost"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 900
CELERY_TASK_SOFT_TIME_LIMIT = 840
CELERY_TIMEZONE = "UTC"  # locally beat is silent in the hour that comes twice
CELERY_ENABLE_UTC = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# A broker that is away must cost the page a second, not six: the rows wait anyway.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
    "socket_connect_timeout": 1,
    "socket_timeout": 2,
    "visibility_timeout": 1800,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker never gives up
CELERY_BEAT_SCHEDULER = "portal.beat.HandyScheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat")
_AN_HOUR, _A_DAY = timedelta(hours=1), timedelta(hours=26)
PERIODIC_TASKS = {  # name -> what it does, when, and after how long something is wrong
    "portal.tasks.deliver_waiting_mail": (_("send waiting mail"), "* *", _AN_HOUR / 12),
    # A run that was missed is made up for.
    "procurement.tasks.send_due_reminders": (_("send reminders"), "*/15 *", _AN_HOUR),
    "councils.tasks.send_due_mails": (_("send mails of councils"), "*/15 *", _AN_HOUR),
    "portal.tasks.make_waiting_printouts": (_("make long PDFs"), "* *", _AN_HOUR / 12),
    "portal.tasks.forget_old_rows": (_("forget old mail"), "20 3", _A_DAY),
    "councils.tasks.forget_old_rows": (_("forget who left"), "30 3", _A_DAY),
    "procurement.tasks.forget_old_rows": (_("forget old texts"), "40 3", _A_DAY),
}
CELERY_BEAT_SCHEDULE = {
    name: {"task": name, "schedule": crontab(*when.split())}
    for name, (_label, when, _late_after) in PERIODIC_TASKS.items()
}
# What cannot wait for a broker that is away.
DONE_BY_BEAT = {
    "portal.tasks.deliver_waiting_mail",
    "procurement.tasks.send_due_reminders",
    "councils.tasks.send_due_mails",
}
# What deletes by the clock, and so waits while that is not to be trusted.
WAITS_AFTER_LEAP = {
    name for name in PERIODIC_TASKS if name.endswith(".forget_old_rows")
}
READY_CHECKS = ["portal.triggers.missing"]  # () -> list of what is wrong

EMAIL_BACKEND = env(
    "EMAIL_BACKEND",
    "portal.mailbox.DemoMailbox"
    if DEMO and not env("EMAIL_HOST", "")
    else "portal.smtp.EmailBackend",
)
EMAIL_HOST = env("EMAIL_HOST", "127.0.0.1")
EMAIL_PORT = env_int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS")
EMAIL_USE_SSL = env_bool("EMAIL_USE_SSL")
EMAIL_TIMEOUT = env_int("EMAIL_TIMEOUT", 20)
DEFAULT_FROM_EMAIL = env(
    "DEFAULT_FROM_EMAIL", f"Inbreng <inbreng@{_host or 'localhost'}>"
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
HELP_PHONE = env("HELP_PHONE", "020 700 12 34")
HELP_EMAIL = env("HELP_EMAIL", "hulp@inbreng.example")

MAIL_BATCH = env_int("MAIL_BATCH", 500)
# How long a sender may hold the rows that it claimed; after that another takes them.
MAIL_LEASE = timedelta(seconds=env_int("MAIL_LEASE_SECONDS", 60))
# Clock hours (Europe/Amsterdam) in which nothing but login codes leaves.
MAIL_QUIET_FROM = env("MAIL_QUIET_FROM", "21:00")
MAIL_QUIET_UNTIL = env("MAIL_QUIET_UNTIL", "07:30")
# A code that comes later than this is of no use to who waits for it.
MAIL_SECRET_LIFE = timedelta(minutes=10)
MAIL_BACKOFF = [timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720)]

# --- How long things are kept ----------------------------------------------------

KEEP_SENT_MAIL = timedelta(days=90)
KEEP_HELD_MAIL = timedelta(days=365)  # that nobody dealt with
KEEP_DRAFTS = timedelta(days=365)
KEEP_IMPORTS = timedelta(days=1)  # a file between the preview and its confirmation
KEEP_SUBMISSIONS_YEARS = 7  # after the contract year of the cycle
# After somebody's last day: then that person's name and address go.
KEEP_FORMER_MEMBERS = env_days("KEEP_FORMER_MEMBER_DAYS", 365)
# After a meeting: who answered what, guests' names and addresses, agendas as sent.
KEEP_MEETINGS = env_days("KEEP_MEETING_DAYS", 365)
# How long a guest without an account reads the agenda after a meeting, and the minutes
# after they were adopted.
GUEST_LINK_LIFE = env_days("GUEST_LINK_DAYS", 42)

# --- Rules with a figure ---------------------------------------------------------

INVITATION_DAYS = 7
COUNCIL_WORKING_DAYS = 10  # fewer, from opening to a council's date: a warning
# A council has no legal position towards a care office: an agreed term.
AGREED_RESPONSE_DAYS = 42

# --- Logs ------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "portal.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", "WARNING")},
}
