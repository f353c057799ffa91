"""Papers of an item: awaited until a day, and there in one version after another."""

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from councils.actions.agenda_rows import hold, touch
from councils.models import AgendaItem, AgendaPaper, AgendaPaperVersion
from portal import audit
from portal.errors import NotAllowedNow
from portal.models import User
from portal.transitions import lock


@transaction.atomic
def add_paper(
    paper: AgendaPaper, *, upload: UploadedFile | None, by: User
) -> AgendaPaper:
    """Add a paper to an item: with its first version, or awaited without one."""
    item = _hold(paper)
    paper.order = item.papers.count() + 1
    paper.save(force_insert=True)
    if upload:
        _write(paper, upload, by)
    _record("agenda_paper.add", item, by)
    return paper


@transaction.atomic
def save_paper(paper: AgendaPaper, *, by: User) -> AgendaPaper:
    """Save another title, day or deliverer of a paper."""
    item = _hold(paper)
    paper.save(update_fields=["title", "deliverer", "due_on"])
    _record("agenda_paper.save", item, by)
    return paper


@transaction.atomic
def deliver(
    paper: AgendaPaper, *, upload: UploadedFile, by: User
) -> AgendaPaperVersion:
    """Keep a file as the newest version of a paper, beside the older ones."""
    item = _hold(paper)
    version = _write(lock(paper), upload, by)
    _record("agenda_paper.deliver", item, by, version=version.number)
    return version


@transaction.atomic
def remove_paper(paper: AgendaPaper, *, by: User) -> None:
    """Take away a paper that is awaited; one that was delivered stays."""
    item = _hold(paper)
    if paper.versions.exists():
        raise NotAllowedNow(_("This paper was delivered. It stays with the item."))
    _record("agenda_paper.remove", item, by)
    paper.delete()


def _hold(paper: AgendaPaper) -> AgendaItem:
    """The item of a paper, with its meeting held, whose agenda so changes."""
    item = paper.item
    if item.dropped_at:
        raise NotAllowedNow(_("This item is not on this agenda any more."))
    if item.meeting:
        touch(hold(item.meeting))
    return lock(item)


def _write(paper: AgendaPaper, upload: UploadedFile, by: User) -> AgendaPaperVersion:
    newest = paper.versions.order_by("-number").first()
    return AgendaPaperVersion.objects.create(
        paper=paper,
        number=newest.number + 1 if newest else 1,
        file=upload,
        filename=upload.name or "",
        size=upload.size or 0,
        delivered_by=by,
    )


def _record(verb: str, item: AgendaItem, by: User, **data: int) -> None:
    # Of its item: what is closed stays closed in the trail, also of a paper that went.
    audit.record(verb, item, by=by, scope=item.council_id, **data)
