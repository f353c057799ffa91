"""The request of a page that asks who you are: nearly every page."""

from django.http import HttpRequest

from portal.models import User


class UserRequest(HttpRequest):
    """A request of somebody who is logged in.

    ``LoginRequiredMiddleware`` lets no other reach a view, unless the view is marked
    ``@login_not_required``: such a view takes a plain ``HttpRequest``.
    """

    user: User
