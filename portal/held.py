"""Holds what a form compares with, from before it compares until it is saved."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.db import transaction
from django.db.models import Model
from django.http import Http404, HttpResponse

from portal.errors import Gone
from portal.http import UserRequest
from portal.transitions import lock

Rest = ParamSpec("Rest")
View = Callable[Concatenate[UserRequest, Rest], HttpResponse]


def holding(
    rows_of: Callable[Concatenate[UserRequest, Rest], Iterable[Model]],
) -> Callable[[View[Rest]], View[Rest]]:
    """For the view of an ``Overtaken`` form: on POST the rows of ``rows_of`` are held.

    Two who save at once then come one after the other, and the second compares with
    what the first saved. The rows come in the order in which its action holds them, so
    that nobody waits in a circle; the view asks for its object anew.
    """

    def decorate(view: View[Rest]) -> View[Rest]:
        @wraps(view)
        def held(
            request: UserRequest, *args: Rest.args, **kwargs: Rest.kwargs
        ) -> HttpResponse:
            if request.method != "POST":
                return view(request, *args, **kwargs)
            with transaction.atomic():
                for row in rows_of(request, *args, **kwargs):
                    _hold(row)
                return view(request, *args, **kwargs)

        return held

    return decorate


def _hold(row: Model) -> None:
    try:
        lock(row)
    except Gone as error:
        raise Http404 from error
