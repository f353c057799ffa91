"""The ground floor's models: people, their mail and the audit trail."""

from portal.models.audit import AuditChain, AuditEvent
from portal.models.mail import AddressOptOut, MailOptOut, OutgoingMail, PeriodicRun
from portal.models.printout import Printout
from portal.models.user import User

__all__ = [
    "AddressOptOut",
    "AuditChain",
    "AuditEvent",
    "MailOptOut",
    "OutgoingMail",
    "PeriodicRun",
    "Printout",
    "User",
]
