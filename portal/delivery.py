"""Takes mails out of the outbox and sends them, a batch at a time.

Of some mails at a time it is committed, on the disk, that they are going to be tried.
Then each is handed over, and what came of it is committed before the next is given: a
killed sender leaves at most one mail that left and is not written down.
"""

import logging
import time
from collections import deque
from datetime import timedelta
from itertools import islice
from threading import Event
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from portal import wake
from portal.dates import within_sending_hours
from portal.mail_choices import addresses_off, reason_to_skip
from portal.mail_kinds import KINDS
from portal.mail_server import MailServer, Outcome
from portal.models import MailOptOut, OutgoingMail, User
from portal.outbox import Claim, Status, free_abandoned, record_missed, too_late

logger = logging.getLogger(__name__)

# How long one sender goes on before it lets other tasks have their turn.
RUN_SECONDS = 10.0
# How old may be what a sender knows of codes that must overtake and of who wants mail.
LOOK_SECONDS = 1.0
LOOK_AHEAD = 100
# How many tries one commit announces. If the machine of the database dies, it forgets
# the outcomes of no more than these.
ANNOUNCED = 20
LINGER_STEP = 0.2
# After so many breaks in a row it is the server that is ill, and not the message.
MOST_BREAKS = 3
# When the server is away; the sweep of the next minute tries again.
SERVER_AWAY = timedelta(seconds=30)

# Set by who ends this process: a sender then stops after the message in its hands.
stopping = Event()
# The senders at work in this process.
at_work: set["Sender"] = set()


def deliver_waiting(*, linger: float = 0.0) -> None:
    """Send what is due, batch after batch; what is then left another run takes up.

    With ``linger`` the sender looks around for so many seconds more, for what is queued
    while it is at work.
    """
    record_missed()
    free_abandoned()
    sender = Sender()
    at_work.add(sender)
    try:
        sender.run(time.monotonic() + RUN_SECONDS, linger)
    finally:
        sender.stop()
        at_work.discard(sender)
    if sender.has_more:
        wake.senders()


class Sender:
    """One run of one process: its claim on rows, and one connection for all of them."""

    def __init__(self) -> None:
        self.claim = Claim()
        self.server = MailServer()
        self.waiting: deque[OutgoingMail] = deque()
        # Sent, but not written down yet.
        self.sent: OutgoingMail | None = None
        # Going to be handed over, and not handed over yet.
        self.announced: dict[UUID, OutgoingMail] = {}
        self.tried_twice: set[UUID] = set()
        self.has_more = False
        self.breaks = 0
        self.leased_at = self.looked_at = 0.0
        self.known: set[UUID | None] = set()
        self.gone: set[UUID] = set()
        self.off: set[tuple[UUID, str]] = set()

    def run(self, until: float, linger: float = 0.0) -> None:
        """Send until nothing is left or ``until`` comes."""
        idle_until = time.monotonic() + linger
        while self.breaks < MOST_BREAKS:
            if stopping.is_set() or time.monotonic() >= until:
                self.has_more = True
                return
            if self.waiting or self.take():
                self.look_up()
                if not self.deal_with(self.waiting.popleft()):
                    return
            elif time.monotonic() < idle_until:
                self.write_down()
                stopping.wait(LINGER_STEP)
            else:
                return

    def take(self) -> bool:
        self.write_down()
        self.leased_at = time.monotonic()
        self.waiting.extend(self.claim.take(settings.MAIL_BATCH))
        return bool(self.waiting)

    def stop(self) -> None:
        """Write down the last outcome, and let go of what was not tried."""
        try:
            self.write_down()
            self.let_go()
        finally:
            self.server.close()

    def let_go(self, **how: Any) -> None:
        """Give back what was not tried."""
        if self.announced:
            self.claim.take_back(list(self.announced.values()))
            self.announced.clear()
        self.claim.let_go(**how)

    def write_down(self) -> None:
        """The outcome of the last; before the next is given, and before slow work."""
        if self.sent:
            self.claim.sent(self.sent)
            self.sent = None

    def keep_lease(self) -> None:
        """Renew it in good time: a message may take half of it (portal.mail_server)."""
        now = time.monotonic()
        if now - self.leased_at > settings.MAIL_LEASE.total_seconds() / 3:
            self.write_down()
            self.leased_at = now
            self.claim.renew()
            # It may have been too late.
            ours = self.claim.announced(self.announced)
            self.announced = {pk: self.announced[pk] for pk in ours}

    def look_up(self) -> None:
        """Every second: let codes overtake, and see who wants no mail."""
        now = time.monotonic()
        if now - self.looked_at > LOOK_SECONDS:
            self.write_down()
            self.looked_at = now
            self.known.clear()
            codes = self.claim.take(LOOK_AHEAD, only_secret=True)
            self.waiting.extendleft(reversed(codes))
        if self.waiting[0].user_id not in self.known:
            self.write_down()
            self.known = {mail.user_id for mail in list(self.waiting)[:LOOK_AHEAD]}
            people = [pk for pk in self.known if pk]
            gone = User.objects.filter(pk__in=people, is_active=False)
            off = MailOptOut.objects.filter(user__in=people)
            self.gone = set(gone.values_list("pk", flat=True))
            self.off = set(off.values_list("user_id", "kind"))

    def deal_with(self, mail: OutgoingMail) -> bool:
        """Send one claimed mail, or write down why not; False if all must wait."""
        if not mail.is_secret and not within_sending_hours(timezone.now()):
            return False
        if mail.recheck or not self.server.is_open:
            # That may take long.
            self.write_down()
        if not self.is_still_wanted(mail):
            return True
        if not self.server.is_open and (reason := self.server.open()):
            self.let_go(wait=SERVER_AWAY, reason=reason)
            return False
        self.keep_lease()
        if self.announce(mail):
            self.hand_over(mail)
        return True

    def announce(self, mail: OutgoingMail) -> bool:
        """Commit that it is going to be tried, with the next; False if it is lost."""
        if mail.pk not in self.announced:
            self.write_down()
            tries = self.next_tries(mail)
            ours = self.claim.announce(tries)
            self.announced |= {mail.pk: mail for mail in tries if mail.pk in ours}
        return mail.pk in self.announced

    def next_tries(self, mail: OutgoingMail) -> list[OutgoingMail]:
        """What may share a commit with it: none that is in doubt already, so that no
        mail is held for what its neighbours do."""
        if mail.unknown_outcomes:
            return [mail]
        after_it = islice(self.waiting, ANNOUNCED - 1)
        return [mail] + [
            other
            for other in after_it
            if not other.unknown_outcomes and other.pk not in self.announced
        ]

    def hand_over(self, mail: OutgoingMail) -> None:
        after_it = self.waiting[0] if self.waiting else None
        del self.announced[mail.pk]
        outcome, reason = self.server.hand_over(mail, self.write_down, after_it)
        self.write_down()
        # What is wrong with one message says nothing about the server.
        is_well = self.server.is_open or outcome is Outcome.NEVER
        self.breaks = 0 if is_well else self.breaks + 1
        match outcome:
            case Outcome.SENT:
                self.sent = mail
            case Outcome.NEVER:
                self.claim.end(mail, Status.HELD, reason)
            case Outcome.NOT_NOW:
                self.claim.try_later(mail, reason)
            case Outcome.UNKNOWN:
                self.claim.nobody_knows(mail, reason)
            case Outcome.BROKE_OFF if mail.pk not in self.tried_twice:
                # Most likely it hung up some time ago.
                self.tried_twice.add(mail.pk)
                self.announced[mail.pk] = mail
                self.waiting.appendleft(mail)
            case Outcome.BROKE_OFF:
                self.claim.try_later(mail, reason)

    def is_still_wanted(self, mail: OutgoingMail) -> bool:
        """Ask again whether the mail makes sense; write down why if it does not."""
        if mail.useless_after and mail.useless_after < timezone.now():
            self.forgo(mail)
            self.claim.end(mail, Status.MISSED, f"{too_late()} {mail.reason}".strip())
            return False
        try:
            reason = self._reason_not_to_send(mail)
        except Exception as error:
            logger.exception("The recheck of %s failed", mail)
            said = _("It could not be checked whether it must still go: %(error)s.")
            self.forgo(mail)
            mail.attempts += 1
            self.claim.try_later(mail, said % {"error": type(error).__name__})
            return False
        if reason:
            self.forgo(mail)
            self.claim.end(mail, Status.CANCELLED, reason)
        return not reason

    def forgo(self, mail: OutgoingMail) -> None:
        """It is not tried after all."""
        if self.announced.pop(mail.pk, None):
            self.claim.take_back([mail])

    def _reason_not_to_send(self, mail: OutgoingMail) -> str:
        reason = reason_to_skip(
            KINDS[mail.kind],
            is_active=mail.user_id not in self.gone,
            is_off=self._is_off(mail),
        )
        if reason or not mail.recheck:
            return reason
        check = import_string(settings.MAIL_RECHECKS[mail.recheck["name"]])
        return check(**mail.recheck["args"])

    def _is_off(self, mail: OutgoingMail) -> bool:
        if mail.user_id or not KINDS[mail.kind].is_optional:
            return (mail.user_id, mail.kind) in self.off
        return bool(addresses_off([mail.to], mail.kind))
