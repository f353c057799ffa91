import factory
from factory.django import DjangoModelFactory

from portal.models import User


class UserFactory(DjangoModelFactory):
    """A person with a name and address of their own, who logs in by code only."""

    class Meta:
        model = User

    name = factory.Sequence(lambda number: f"Persoon {number}")
    email = factory.Sequence(lambda number: f"persoon{number}@example.nl")
    password = "!"

    class Params:
        administrator = factory.Trait(is_staff=True, is_superuser=True)
