"""Makes what a test needs; always the same, so that a failure can be repeated."""

from tests.factories.portal import UserFactory

__all__ = ["UserFactory"]
