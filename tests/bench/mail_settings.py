"""The portal's settings without a night, in which no mail would be sent."""

from portal.settings import *

MAIL_QUIET_UNTIL = "00:00"
MAIL_QUIET_FROM = "23:59:59.999999"
