# One image for web, worker and beat; docker-compose.yml says which is which.

FROM python:3.11-slim-bookworm AS build

WORKDIR /app
COPY requirements.lock .
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY manage.py ./
COPY portal portal
COPY councils councils
COPY procurement procurement
COPY templates templates
COPY static static
# The key of this step signs nothing: collecting files just reads the settings.
RUN /venv/bin/python -m babel.messages.frontend --quiet \
        compile -D django -d portal/locale \
    && SECRET_KEY=unused DATABASE_URL=sqlite://:memory: DATA_DIR=/tmp \
        STATIC_ROOT=/app/staticfiles \
        /venv/bin/python manage.py collectstatic --noinput -v 0 \
    && /venv/bin/python -m compileall -q portal councils procurement

FROM python:3.11-slim-bookworm

# Pango and fonts for the PDFs: people's own words may hold any letter or emoji.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
        fonts-noto-core fonts-noto-color-emoji \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home inbreng \
    && install -d -o inbreng -g inbreng /data
COPY --from=build /venv /venv
COPY --from=build /app /app

ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data \
    STATIC_ROOT=/app/staticfiles \
    XDG_CACHE_HOME=/tmp
WORKDIR /app
USER inbreng
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "portal.wsgi", "--preload", "--bind", "0.0.0.0:8000"]
