"""The people and parties of the demo story: who is who, without what they say.

Everything is invented. Names stand here and not in gettext: they are the story's.
"""

import json
import random
from base64 import b32encode
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP

from councils.models import (
    CareOffice,
    CareOfficeContact,
    CareOfficeMembership,
    CareOrganisation,
    CareSetting,
    Concession,
    Council,
    CouncilMembership,
    Location,
    Municipality,
    OrganisationMembership,
    OrganisationSector,
    Region,
    Sector,
)
from portal.models import User

STORY = Path(__file__).with_name("story.json")
Role = CouncilMembership.Role


@dataclass
class Persona:
    """Somebody of the story, with what a tester needs to log in as that person."""

    key: str
    name: str
    email: str
    role: str
    password: str
    totp_secret: str
    user: User


@dataclass
class World:
    """Everything that the story's events refer to, by short names."""

    personas: dict[str, Persona] = field(default_factory=dict)
    councils: dict[str, Council] = field(default_factory=dict)
    locations: dict[str, Location] = field(default_factory=dict)
    organisations: dict[str, CareOrganisation] = field(default_factory=dict)
    offices: dict[str, CareOffice] = field(default_factory=dict)

    def user(self, key: str) -> User:
        return self.personas[key].user


# key, name, what the demo page says of this person
PEOPLE = [
    ("riet", "Riet Zomerdijk", "voorzitter van de centrale raad"),
    ("joop", "Joop Kwikstaart", "vervangt de voorzitter van de centrale raad"),
    ("harm", "Harm Oosterbries", "voorzitter van Huize Wolkenveer"),
    ("soenita", "Soenita Ramdoelal", "lid van Huize Wolkenveer, stopt binnenkort"),
    ("truus", "Truus van Hazelveld", "voorzitter van De Pelikaantuin en Zeven Ramen"),
    ("ahmed", "Ahmed Benzaïri", "lid van De Pelikaantuin en Zeven Ramen"),
    ("willemien", "Willemien Plompaard", "voorzitter van Vlierkade Thuis"),
    ("cor", "Cor Lantaarn", "lid van Vlierkade Thuis, pas begonnen"),
    (
        "marijke",
        "Marijke Tuinfluiter",
        "ambtelijk secretaris van de centrale raad en van Huize Wolkenveer",
    ),
    ("bas", "Bas Nachtegeel", "coach van Vlierkade Thuis"),
    ("esther", "Esther Klaverblad", "bestuurder van De Vlierkade"),
    ("jeroen", "Jeroen Wilgenroos", "beleidsadviseur van De Vlierkade"),
    ("fatma", "Fatma Yıldızlı", "zorginkoper bij Zorgkantoor Amstelboog"),
    ("pieter", "Pieter Zandoog", "beleidsadviseur bij Zorgkantoor Amstelboog"),
    ("lotte", "Lotte Strandloper", "zorginkoper bij Zorgkantoor Schelpenrug"),
    ("henk", "Henk Regenboom", "voorzitter van Cliëntenraad Maanwater"),
    ("ineke", "Ineke Sterrenkers", "beheerder van Inbreng"),
]

# person, council, role
SEATS = [
    ("riet", "centraal", Role.CHAIR),
    ("joop", "centraal", Role.DEPUTY_CHAIR),
    ("marijke", "centraal", Role.SECRETARY),
    ("harm", "wolkenveer", Role.CHAIR),
    ("soenita", "wolkenveer", Role.MEMBER),
    ("marijke", "wolkenveer", Role.SECRETARY),
    ("truus", "pelikaantuin", Role.CHAIR),
    ("ahmed", "pelikaantuin", Role.MEMBER),
    ("willemien", "thuis", Role.CHAIR),
    ("cor", "thuis", Role.MEMBER),
    ("bas", "thuis", Role.SUPPORTER),
    ("henk", "maanwater", Role.CHAIR),
]

# short name, name, organisation, setting, clients
LOCATIONS = [
    ("Huize Wolkenveer", "vlierkade", CareSetting.NURSING_HOME, 84),
    ("De Pelikaantuin", "vlierkade", CareSetting.NURSING_HOME, 61),
    ("Hofje Zeven Ramen", "vlierkade", CareSetting.SMALL_SCALE, 24),
    ("Vlierkade Thuis", "vlierkade", CareSetting.AT_HOME, 310),
    ("Maanwater aan Zee", "maanwater", CareSetting.NURSING_HOME, 72),
]

# short name, name, organisation, its locations
COUNCILS = [
    ("centraal", "Centrale cliëntenraad De Vlierkade", "vlierkade", []),
    ("wolkenveer", "Cliëntenraad Huize Wolkenveer", "vlierkade", ["Huize Wolkenveer"]),
    (
        "pelikaantuin",
        "Cliëntenraad De Pelikaantuin en Zeven Ramen",
        "vlierkade",
        ["De Pelikaantuin", "Hofje Zeven Ramen"],
    ),
    ("thuis", "Cliëntenraad Vlierkade Thuis", "vlierkade", ["Vlierkade Thuis"]),
    ("maanwater", "Cliëntenraad Maanwater", "maanwater", ["Maanwater aan Zee"]),
]


def read_story() -> dict:
    """The words of the story: requests, inputs and answers, as data."""
    return json.loads(STORY.read_text())


def build(*, seed: int, today: date) -> World:
    """Make the parties and people of the story; the same ``seed``, the same secrets."""
    world = World()
    _offices(world)
    _organisations(world)
    _locations(world)
    _councils(world)
    _people(world, random.Random(seed))
    _seats(world, today)
    return world


def _offices(world: World) -> None:
    offices = [
        ("amstelboog", "Zorgkantoor Amstelboog", "D001", "Amstelboog", "020 555 01 10"),
        (
            "schelpenrug",
            "Zorgkantoor Schelpenrug",
            "D002",
            "Schelpenrug",
            "070 555 01 20",
        ),
    ]
    for key, name, code, region_name, phone in offices:
        region = Region.objects.create(
            code=code,
            name=f"{region_name} (demo)",
            school_holiday_zones="noord" if key == "amstelboog" else "midden",
            note="Verzonnen, voor de demo.",
        )
        office = CareOffice.objects.create(
            name=name, phone=phone, note="Verzonnen, voor de demo."
        )
        Concession.objects.create(
            care_office=office, region=region, starts_on=date(2020, 1, 1)
        )
        world.offices[key] = office


def _organisations(world: World) -> None:
    organisations = [
        ("vlierkade", "Zorggroep De Vlierkade", "020 555 02 10", ["amstelboog"]),
        (
            "maanwater",
            "Stichting Maanwater",
            "070 555 02 20",
            ["amstelboog", "schelpenrug"],
        ),
    ]
    for key, name, phone, offices in organisations:
        organisation = CareOrganisation.objects.create(name=name, phone=phone)
        OrganisationSector.objects.create(organisation=organisation, sector=Sector.VV)
        for office in offices:
            organisation.regions.add(*world.offices[office].regions.all())
        world.organisations[key] = organisation


def _locations(world: World) -> None:
    for name, owner, setting, clients in LOCATIONS:
        town = "Amsterdam" if owner == "vlierkade" else "Den Haag"
        # A database with reference data of its own may not have this town.
        towns = Municipality.objects.filter(name=town)
        municipality = towns.first() or Municipality.objects.earliest("name")
        world.locations[name] = Location.objects.create(
            organisation=world.organisations[owner],
            name=name,
            municipality=municipality,
            care_setting=setting,
            clients=clients,
        )


def _councils(world: World) -> None:
    for key, name, owner, locations in COUNCILS:
        is_central = key == "centraal"
        council = Council.objects.create(
            organisation=world.organisations[owner],
            name=name,
            kind=Council.Kind.CENTRAL if is_central else Council.Kind.LOCAL,
            parent=world.councils.get("centraal") if owner == "vlierkade" else None,
            phone="020 555 03 30",
        )
        council.locations.set(world.locations[each] for each in locations)
        world.councils[key] = council


def _people(world: World, dice: random.Random) -> None:
    for key, name, role in PEOPLE:
        domain = {
            "fatma": "amstelboog",
            "pieter": "amstelboog",
            "lotte": "schelpenrug",
            "henk": "maanwater",
            "ineke": "inbreng",
        }.get(key, "vlierkade")
        password = f"demo-{dice.getrandbits(64):016x}"
        secret = b32encode(dice.getrandbits(160).to_bytes(20, "big")).decode()
        user = User.objects.create_user(
            f"{key}@{domain}.example",
            name,
            password,
            is_staff=key == "ineke",
            is_superuser=key == "ineke",
        )
        world.personas[key] = Persona(
            key, name, user.email, role, password, secret, user
        )


def _seats(world: World, today: date) -> None:
    begin = date(today.year - 2, 1, 1)
    _council_seats(world, today, begin)
    _staff_seats(world, begin)
    for key in ("marijke", "esther", "jeroen", "fatma", "pieter", "lotte", "ineke"):
        persona = world.personas[key]
        TOTP.activate(persona.user, persona.totp_secret)


def _council_seats(world: World, today: date, begin: date) -> None:
    for person, council, role in SEATS:
        CouncilMembership.objects.create(
            user=world.user(person),
            council=world.councils[council],
            role=role,
            starts_on=today - timedelta(days=20) if person == "cor" else begin,
            ends_on=today + timedelta(days=60) if person == "soenita" else None,
        )


def _staff_seats(world: World, begin: date) -> None:
    for person, place in [
        ("esther", OrganisationMembership.Role.EXECUTIVE),
        ("jeroen", OrganisationMembership.Role.POLICY_ADVISER),
    ]:
        OrganisationMembership.objects.create(
            user=world.user(person),
            organisation=world.organisations["vlierkade"],
            role=place,
            starts_on=begin,
        )
    for person, office, work, function in [
        ("fatma", "amstelboog", "procurement_officer", "zorginkoper"),
        ("pieter", "amstelboog", "policy_adviser", "beleidsadviseur"),
        ("lotte", "schelpenrug", "procurement_officer", "zorginkoper"),
    ]:
        CareOfficeMembership.objects.create(
            user=world.user(person),
            care_office=world.offices[office],
            role=work,
            starts_on=begin,
        )
        CareOfficeContact.objects.create(
            care_office=world.offices[office],
            name=world.user(person).name,
            function=function,
            phone=world.offices[office].phone,
            email=world.user(person).email,
        )


def secrets_of(world: World) -> list[dict]:
    """What a test needs to log in as anybody of the story, ready for JSON."""
    with_totp = set(
        Authenticator.objects.filter(type=Authenticator.Type.TOTP).values_list(
            "user_id", flat=True
        )
    )
    return [
        {
            "key": persona.key,
            "id": str(persona.user.pk),
            "name": persona.name,
            "email": persona.email,
            "role": persona.role,
            "password": persona.password,
            "totp_secret": persona.totp_secret
            if persona.user.pk in with_totp
            else None,
        }
        for persona in world.personas.values()
    ]
