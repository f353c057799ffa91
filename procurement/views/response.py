"""Councils and the organisation read what the care office answered."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from councils.permissions import council_ids
from portal.http import UserRequest
from portal.models import User
from portal.paging import paginate
from procurement.models import Answer, SubmittedSource
from procurement.permissions import Reader, reader_of


def listing(request: UserRequest) -> HttpResponse:
    """All answers at items of one's own councils, or open to one's organisation."""
    page = paginate(request, Answer.objects.visible_to(request.user).for_list())
    contents: dict = {}
    for each in page.object_list:
        version = each.item.version
        if version.pk not in contents:
            contents[version.pk] = {
                item["id"]: item for item in version.content["items"]
            }
        item = contents[version.pk][str(each.item_id)]
        each.title = _own_title(item, request.user, each)
    return render(request, "procurement/response/list.html", {"page": page})


def _own_title(item: dict, user: User, answer: Answer) -> str:
    """The item's title for who reads all of it; else of one's own words in it."""
    seats = {str(pk) for pk in council_ids(user)}
    if str(answer.item.version.submission.council_id) in seats:
        return item["title"]
    own = [each["title"] for each in item["sources"] if each["council"]["id"] in seats]
    return own[0] if own else item["title"]


def detail(request: UserRequest, pk: UUID) -> HttpResponse:
    """One answer, beside the words that the reader may see of the item."""
    answer = get_object_or_404(
        Answer.objects.visible_to(request.user).for_list(), pk=pk
    )
    version = answer.item.version
    item = next(
        each for each in version.content["items"] if each["id"] == str(answer.item_id)
    )
    reads_all = _reads_whole_item(request.user, answer)
    if not reads_all:
        item = _own_part(item, request.user)
        item["title"] = _own_title(item, request.user, answer)
    return render(
        request,
        "procurement/response/detail.html",
        {"answer": answer, "item": item, "reads_all": reads_all, "version": version},
    )


def _reads_whole_item(user: User, answer: Answer) -> bool:
    """The council that submitted and the organisation do; a quoted council does not."""
    submission = answer.item.version.submission
    if submission.council_id in council_ids(user):
        return True
    is_quoted = SubmittedSource.objects.filter(
        item=answer.item_id, council__in=council_ids(user)
    ).exists()
    return not is_quoted and reader_of(user, submission) == Reader.ORGANISATION


def _own_part(item: dict, user: User) -> dict:
    """Of an item: the words of the reader's councils, and what rests on those alone."""
    seats = {str(pk) for pk in council_ids(user)}
    own = [each for each in item["sources"] if each["council"]["id"] in seats]
    known = {each["id"] for each in own}
    passages = [
        each
        for each in item["passages"]
        if each["sources"] and set(each["sources"]) <= known
    ]
    return {**item, "sources": own, "passages": passages}
