# Each target does all of its own set-up: what is there already costs no time again.
#
#   make run     start Inbreng with a demo story   PORT=8000  RESET=1 (story anew)
#   make test    every check, on SQLite and on PostgreSQL
#   make prove   what is too slow for make test: killed workers, a lost Redis,
#                the pages of everybody
#   make bench   speed, as ratios to a floor page measured in the same run
#                SHARE=0.2 (of the national size)  ROUNDS=5
#   make lock    the exact versions anew            UPGRADE=1 (newest that fit)

SHELL := /bin/bash
.DEFAULT_GOAL := run
.NOTPARALLEL:
.PHONY: run test prove bench lock \
	debian-python debian-run debian-test static-checks check-deploy pytest-sqlite pytest-postgres

PORT ?= 8000
# Who serves elsewhere (another name, a proxy) says so; links in mails follow it.
SITE_URL ?= http://127.0.0.1:$(PORT)
# Where the servers of make run and their data live; the tests have their own folders.
DEMO_DIR := $(CURDIR)/var/demo
VENV := .venv
PYTHON := $(VENV)/bin/python
PYTEST := $(PYTHON) -m pytest -n 2 --dist worksteal
PO := portal/locale/nl/LC_MESSAGES/django.po
MO := $(PO:.po=.mo)

# --- What the machine itself must have -------------------------------------------

PDF_PACKAGES := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
	fonts-noto-core fonts-noto-color-emoji
TEST_PACKAGES := $(PDF_PACKAGES) chromium gettext faketime poppler-utils

# $(call packages,NAMES): install what misses as root, or say what to install.
define packages
@if command -v dpkg-query >/dev/null; then \
	missing=$$(for name in $(1); do \
		dpkg-query -W -f '$${Status}' $$name 2>/dev/null \
			| grep -q '^install ok' || echo $$name; \
	done | xargs); \
	if [ -z "$$missing" ]; then :; \
	elif [ "$$(id -u)" = 0 ]; then \
		echo "Installing $$missing"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
			apt-get install -qq --no-install-recommends $$missing >/dev/null; \
	else \
		echo "Please install first: sudo apt-get install $$missing" >&2; exit 1; \
	fi; \
else echo "Not Debian: see to it that you have the likes of $(1)"; fi
endef

debian-python:
	$(call packages,python3 python3-venv)

debian-run:
	$(call packages,$(PDF_PACKAGES))

debian-test:
	$(call packages,$(TEST_PACKAGES))

# --- Python, its packages, the Dutch texts, a key --------------------------------

$(PYTHON):
	@python3 -c 'import ensurepip' 2>/dev/null \
		|| $(MAKE) --no-print-directory debian-python
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Inbreng needs Python 3.11 or newer." >&2; exit 1; }
	@python3 -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.run: requirements.lock | $(PYTHON)
	@echo "Installing the Python packages"
	@$(PYTHON) -m pip install -qq --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(PYTHON)
	@echo "Installing the Python packages and the tools"
	@$(PYTHON) -m pip install -qq --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/.run

# Without msgfmt, so that who only runs Inbreng need not install gettext.
$(MO): $(PO) | $(VENV)/.run
	@$(PYTHON) -m babel.messages.frontend --quiet compile -D django -d portal/locale

var/secret-key: | $(PYTHON)
	@mkdir -p var
	@umask 077 && $(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(50))' > $@.new
	@mv $@.new $@

# Style, script and pictures, packed and with a fingerprint in each name.
var/static/staticfiles.json: $(shell find static -type f) $(VENV)/.run | var/secret-key
	@$(PYTHON) manage.py collectstatic --noinput --clear -v 0

# --- make run --------------------------------------------------------------------

run: export DEMO = 1
run: export SECRET_KEY_FILE = $(CURDIR)/var/secret-key
run: export DATA_DIR = $(DEMO_DIR)
run: export STATIC_ROOT = $(CURDIR)/var/static
run: export DATABASE_URL = sqlite:///$(DEMO_DIR)/inbreng.sqlite3
run: export SITE_URL := $(SITE_URL)
run: export PORT := $(PORT)
run: debian-run $(VENV)/.run $(MO) var/secret-key var/static/staticfiles.json
# people.json is written when the story is complete: without it a start was cut off.
	@if [ -n "$(RESET)" ] || [ ! -e "$(DEMO_DIR)/people.json" ]; then \
		rm -rf "$(DEMO_DIR)"; fi
	@mkdir -p "$(DEMO_DIR)"
	@$(PYTHON) manage.py migrate -v 0
	@[ -e "$(DEMO_DIR)/people.json" ] || { echo "Loading the demo story" \
		&& $(PYTHON) manage.py load_reference \
		&& $(PYTHON) manage.py seed_demo --json "$(DEMO_DIR)/people.json"; }
	@exec $(PYTHON) manage.py serve

# --- make test -------------------------------------------------------------------

test: export SECRET_KEY = only-for-the-checks-of-make-test-0123456789-abcdefghij
test: debian-test $(VENV)/.dev $(MO) static-checks check-deploy \
	pytest-sqlite pytest-postgres

static-checks: $(VENV)/.dev
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	DATABASE_URL=sqlite://:memory: $(PYTHON) manage.py makemigrations --check --dry-run
	msgfmt --check --statistics -o /dev/null $(PO)

# As production runs it: https, PostgreSQL and Redis by name, a long key.
check-deploy: $(VENV)/.dev
	SITE_URL=https://inbreng.example DATABASE_URL=postgresql://inbreng@db/inbreng \
	REDIS_URL=redis://redis:6379/0 EMAIL_HOST=mail DEMO=0 \
		$(PYTHON) manage.py check --deploy --fail-level WARNING

pytest-sqlite: $(VENV)/.dev
	TEST_DATABASE=sqlite $(PYTEST)

pytest-postgres: $(VENV)/.dev
	TEST_DATABASE=postgres $(PYTEST)

# --- The rest --------------------------------------------------------------------

prove: debian-test $(VENV)/.dev $(MO)
	TEST_DATABASE=postgres $(PYTEST) -n 0 -m prove

bench: debian-test $(VENV)/.dev $(MO)
	$(PYTHON) -m tests.bench

UV := $(VENV)/bin/uv pip compile -q --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header $(if $(UPGRADE),--upgrade)

lock: $(VENV)/.dev
	$(UV) pyproject.toml -o requirements.lock
	$(UV) -c requirements.lock --group dev pyproject.toml -o requirements-dev.lock
