"""Papers of an item: awaited until a day, and there in one version after another."""

from uuid import UUID, uuid4

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from councils.actions import paper_mail
from councils.actions.action_item import owners_of
from councils.actions.agenda_rows import hold, move_paper_days, touch
from councils.models import AgendaItem, AgendaPaper, AgendaPaperVersion, Openness
from portal import audit, pdf_behind
from portal.errors import Gone, NotAllowedNow
from portal.models import User
from portal.pdf_behind import Seen
from portal.transitions import lock

FIELDS = ["title", "deliverer", "due_on"]


def add_paper(
    paper: AgendaPaper, *, upload: UploadedFile | None, by: User
) -> AgendaPaper:
    """Add a paper to an item: with its first version, or awaited without one.

    Whoever is asked to deliver it hears so. Pressed twice it is one.
    """
    seen = _look_at(upload) if upload else None
    with transaction.atomic():
        item = _hold(paper)
        if made := AgendaPaper.objects.filter(pk=paper.pk).first():
            if made.item_id == item.pk:
                return made
            paper.pk = uuid4()
        _refuse_who_cannot_read(paper.deliverer, item)
        paper.order = item.papers.count() + 1
        paper.save(force_insert=True)
        if upload and seen:
            _write(paper, upload, seen, uuid4(), by)
        _touch(item)
        _record("agenda_paper.add", item, by)
        paper_mail.tell_asked([paper], by=by)
        return paper


@transaction.atomic
def save_paper(paper: AgendaPaper, *, by: User) -> AgendaPaper:
    """Save another title, day or deliverer of a paper.

    Who is asked now, or for another day, hears so; who is asked no more hears that.
    """
    item = _hold(paper)
    old = _lock(paper)
    if paper.deliverer_id != old.deliverer_id:
        _refuse_who_cannot_read(paper.deliverer, item)
    paper.save(update_fields=FIELDS)
    _touch(item)
    _record("agenda_paper.save", item, by)
    if (paper.deliverer_id, paper.due_on) != (old.deliverer_id, old.due_on):
        paper_mail.tell_asked([paper], by=by)
    if paper.deliverer_id != old.deliverer_id:
        _release(old, by)
    return paper


@transaction.atomic
def hand_over(paper: AgendaPaper, *, to: User, by: User) -> AgendaPaper:
    """Let somebody else deliver a paper; who hands it over tells so by itself."""
    item, paper = _hold(paper), _lock(paper)
    _refuse_who_cannot_read(to, item)
    paper.deliverer = to
    # Of an item that waits nobody was asked yet; the taker is when it does not.
    paper.asked_at = timezone.now() if paper.asked_at else None
    paper.save(update_fields=["deliverer", "asked_at"])
    _touch(item)
    _record("agenda_paper.save", item, by)
    return paper


def ask_for_papers_of(items: list[AgendaItem], *, by: User) -> None:
    """Ask for the papers of items that came on an agenda, by its day if they have none
    of their own: till then nobody waits."""
    move_paper_days(items, None, items[0].meeting)
    papers = AgendaPaper.objects.awaited().filter(item__in=items, asked_at=None)
    paper_mail.tell_asked(list(papers), by=by)


def deliver(
    paper: AgendaPaper, *, upload: UploadedFile, key: UUID | None = None, by: User
) -> AgendaPaperVersion:
    """Keep a file as the newest version of a paper, beside the older ones.

    ``key`` is that of one press: a second one finds the version that is there.
    """
    seen, key = _look_at(upload), key or uuid4()
    with transaction.atomic():
        item, paper = _hold(paper), _lock(paper)
        if made := AgendaPaperVersion.objects.filter(pk=key).first():
            if made.paper_id == paper.pk:
                return made
            key = uuid4()
        version = _write(paper, upload, seen, key, by)
        _touch(item)
        _record("agenda_paper.deliver", item, by, version=version.number)
        return version


@transaction.atomic
def remove_paper(paper: AgendaPaper, *, by: User) -> None:
    """Take away a paper that is awaited; one that was delivered stays.

    Who was asked for it hears that it is not needed any more.
    """
    item, paper = _hold(paper), _lock(paper)
    if paper.versions.exists():
        raise NotAllowedNow(stays())
    _touch(item)
    _record("agenda_paper.remove", item, by)
    _release(paper, by)
    paper.delete()


def stays() -> str:
    """Why a paper that was delivered is not taken away."""
    return _("This paper was delivered. It stays with the item.")


def who_is_waiting(paper: AgendaPaper, *, by: User) -> User | None:
    """Who was asked for a paper that did not come, and hears so when ``by`` asks for
    it no more; None when nobody does."""
    person, meeting = paper.deliverer, paper.item.meeting
    if person == by or paper.asked_at is None or paper.versions.exists():
        return None
    if meeting is None or meeting.is_cancelled or meeting.is_over:
        return None
    return person


def _release(paper: AgendaPaper, by: User) -> None:
    if person := who_is_waiting(paper, by=by):
        paper_mail.tell_not_needed(paper, person, by=by)


def _refuse_who_cannot_read(person: User | None, item: AgendaItem) -> None:
    """Ask for a paper only somebody of the council who may read its item."""
    if person is None or person in owners_of(item.council, item.openness):
        return
    raise NotAllowedNow(
        _("%(name)s may not read this item. Ask somebody else for the paper.")
        % {"name": person}
    )


def _hold(paper: AgendaPaper) -> AgendaItem:
    """The item of a paper, with its meeting held."""
    was = paper.item
    if was.meeting:
        hold(was.meeting)
    item = lock(was)
    if item.dropped_at or item.meeting_id != was.meeting_id:
        raise NotAllowedNow(_("This item is not on this agenda any more."))
    return item


def _lock(paper: AgendaPaper) -> AgendaPaper:
    try:
        return lock(paper)
    except Gone as error:
        raise Gone(_("This paper was taken away meanwhile.")) from error


def _touch(item: AgendaItem) -> None:
    # Of what only members read, nothing on a helper's screen changes.
    if item.meeting and item.openness != Openness.MEMBERS:
        touch(item.meeting)


def _look_at(upload: UploadedFile) -> Seen:
    """Whether a file can be bound; before a row is held, since it may take seconds."""
    upload.seek(0)
    seen = pdf_behind.look_at(upload.read(), upload.name or "")
    upload.seek(0)
    return seen


def _write(
    paper: AgendaPaper, upload: UploadedFile, seen: Seen, key: UUID, by: User
) -> AgendaPaperVersion:
    newest = paper.versions.order_by("-number").first()
    return AgendaPaperVersion.objects.create(
        pk=key,
        paper=paper,
        number=newest.number + 1 if newest else 1,
        file=upload,
        filename=upload.name or "",
        size=upload.size or 0,
        fit=seen.fit,
        pages=seen.pages,
        delivered_by=by,
    )


def _record(verb: str, item: AgendaItem, by: User, **data: int) -> None:
    # Of its item: what is closed stays closed in the trail, also of a paper that went.
    audit.record(verb, item, by=by, scope=item.council_id, **data)
