"""The floor knows the tables of Inbreng, and runs nothing of it."""

from django.apps import AppConfig


class PortalTables(AppConfig):
    name = "portal"


class CouncilTables(AppConfig):
    name = "councils"
