"""Inbreng in one process: web, worker and beat, with a broker in memory.

For a showing, or for who runs Inbreng on one computer. Production has a process for
each of the three (docker-compose.yml).
"""

import os
import signal
import threading
import time
from argparse import ArgumentParser
from typing import Any
from urllib.parse import urlsplit

from celery.beat import EmbeddedService
from celery.signals import worker_init
from celery.worker import WorkController
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from waitress.server import create_server

from portal import delivery, health, wake
from portal.celery import app
from portal.wsgi import application

# What is being handed over or answered may take this long; then everything ends. No
# more is needed: what was acknowledged survives the end of any process at any moment.
LAST_SECONDS = 0.6
LISTEN_SECONDS = 0.2
ENDS = (signal.SIGINT, signal.SIGTERM)


class Command(BaseCommand):
    help = "Starts Inbreng: web, worker and beat in one process. PORT says where."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=_port())
        parser.add_argument("--threads", type=int, default=8)

    def handle(self, **options: Any) -> None:
        if settings.REDIS_URL:
            raise CommandError("serve has a broker of its own: leave REDIS_URL empty.")
        stop = threading.Event()
        for number in ENDS:
            signal.signal(number, lambda *_: stop.set())
        # Threads that begin now hear none: a signal wakes this one, at any clock.
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
        web = _web(options["host"], options["port"], options["threads"])
        worker = _worker()
        for run in (worker.start, web.run):
            threading.Thread(target=run, daemon=True).start()
        _beat().start()
        for task in health.often():
            app.send_task(task)
        self.stdout.write(f"Inbreng: {settings.SITE_URL}/")
        self.stdout.write("Ctrl-C stops it.")
        self.stdout.flush()

        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)
        while not stop.wait(LISTEN_SECONDS):
            pass
        delivery.stopping.set()
        web.close()
        _wait_for(web)
        # Threads of the worker may sleep for seconds; nothing is lost by not waiting.
        os._exit(0)


def _port() -> int:
    return int(os.environ.get("PORT") or urlsplit(settings.SITE_URL).port or 8000)


def _web(host: str, port: int, threads: int) -> Any:
    behind_proxy = (
        {
            "trusted_proxy": "127.0.0.1",
            "trusted_proxy_headers": "x-forwarded-for x-forwarded-proto",
            "clear_untrusted_proxy_headers": True,
        }
        if settings.IS_HTTPS
        else {}
    )
    try:
        return create_server(
            application, host=host, port=port, threads=threads, ident="", **behind_proxy
        )
    except OSError as error:
        raise CommandError(
            f"Port {port} cannot be used: {error.strerror}. Choose another one, "
            f"like this: make run PORT={port + 1}"
        ) from error


def _worker() -> WorkController:
    # How long a task waits at most before the worker hears of it.
    app.conf.broker_transport_options = {"polling_interval": 0.2}
    wake.has_worker_here = True
    worker = WorkController(
        app=app,
        pool="threads",
        concurrency=2,
        without_heartbeat=True,
        without_mingle=True,
        without_gossip=True,
    )
    # The command line of Celery says this, and its part for Django listens.
    worker_init.send(sender=worker)
    return worker


def _beat() -> Any:
    return EmbeddedService(app, thread=True)


def _wait_for(web: Any) -> None:
    """Give the requests and the mail in hand a moment to end."""
    end = time.monotonic() + LAST_SECONDS
    while time.monotonic() < end and (
        web.task_dispatcher.active_count or delivery.at_work
    ):
        time.sleep(0.02)
