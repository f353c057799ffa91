"""What a password must be, in words that help; Django does the checking."""

from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    UserAttributeSimilarityValidator,
)
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.models import User


class LongEnough(MinimumLengthValidator):
    def get_error_message(self) -> str:
        return _("Make your password longer: at least %(count)s characters.") % {
            "count": self.min_length
        }


class NotCommon(CommonPasswordValidator):
    def get_error_message(self) -> str:
        return _("Many people use this password. Choose another one.")


class NotLikeYourself(UserAttributeSimilarityValidator):
    def validate(self, password: str, user: User | None = None) -> None:
        try:
            super().validate(password, user)
        except ValidationError as error:
            raise ValidationError(
                _("This looks like your name or your address. Choose another one."),
                code=error.code,
            ) from error
