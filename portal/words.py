"""The words of care procurement, each with one sentence that explains it.

``{% term "care_office" %}`` explains one where it first stands on a page; the page
with all of them is the glossary. The Dutch is in the catalogue, as all texts are.
"""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Word(NamedTuple):
    """A word and what it means."""

    word: str | Promise
    meaning: str | Promise


# The key is the word's name in the code.
WORDS = {
    "action_item": Word(
        pgettext_lazy("glossary", "action item"),
        _("A task from a meeting, with a name and a date."),
    ),
    "advice_request": Word(
        pgettext_lazy("glossary", "request for advice"),
        _("The executive asks your council for advice before there is a decision."),
    ),
    "agenda_item": Word(
        pgettext_lazy("glossary", "agenda item"),
        _("A subject that you discuss in a meeting."),
    ),
    "annual_plan": Word(
        pgettext_lazy("glossary", "annual plan"),
        _("The plan of the organisation or the council for one year."),
    ),
    "board_consultation_meeting": Word(
        pgettext_lazy("glossary", "meeting with the executive"),
        _("A meeting of your council with the executive."),
    ),
    "care_office": Word(
        pgettext_lazy("glossary", "care office"),
        _(
            "The institution that buys long-term care in your region for "
            "those who need it."
        ),
    ),
    "care_office_region": Word(
        pgettext_lazy("glossary", "care office region"),
        _("The area for which one care office arranges the long-term care."),
    ),
    "care_office_response": Word(
        pgettext_lazy("glossary", "answer of the care office"),
        _("What the care office answers to your input, with a reason."),
    ),
    "care_organisation": Word(
        pgettext_lazy("glossary", "care organisation"),
        _("An institution that gives care, for example in a nursing home or at home."),
    ),
    "central_council": Word(
        pgettext_lazy("glossary", "central client council"),
        _("The council that speaks about matters of the whole organisation."),
    ),
    "clarification_note": Word(
        pgettext_lazy("glossary", "clarification note"),
        _(
            "A paper of the care office with all questions about the "
            "procurement and their answers."
        ),
    ),
    "client": Word(
        pgettext_lazy("glossary", "client"),
        _("Somebody who gets care or help from the organisation."),
    ),
    "commitment": Word(
        pgettext_lazy("glossary", "commitment"),
        _("A promise to do something, with a name and a date."),
    ),
    "community_care": Word(
        pgettext_lazy("glossary", "care at home"),
        _("Care that somebody gets at home, so not in a nursing home."),
    ),
    "concern": Word(
        pgettext_lazy("glossary", "concern (kind of input)"),
        _("Something that does not go well, or that worries you."),
    ),
    "consent": Word(
        pgettext_lazy("glossary", "consent"),
        _("Your council says yes to a proposal, and the executive needs that yes."),
    ),
    "constituency": Word(
        pgettext_lazy("glossary", "constituency"),
        _("The clients and relatives for whom your council speaks."),
    ),
    "consultation": Word(
        pgettext_lazy("glossary", "consultation of clients and relatives"),
        _("Your council asks clients and relatives what they think or go through."),
    ),
    "contract_year": Word(
        pgettext_lazy("glossary", "contract year"),
        _("The year for which the care office buys the care."),
    ),
    "council": Word(
        pgettext_lazy("glossary", "client council"),
        _(
            "A group of people who stand up for all clients of an "
            "organisation or location."
        ),
    ),
    "council_input": Word(
        pgettext_lazy("glossary", "input"),
        _(
            "What your council wants to say about the care: a concern, "
            "good example, new insight or question."
        ),
    ),
    "cycle": Word(
        pgettext_lazy("glossary", "round"),
        _("All steps of one year of care procurement or of one quality plan."),
    ),
    "decision": Word(
        pgettext_lazy("glossary", "decision"),
        _("A choice that is settled and written down."),
    ),
    "development_plan": Word(
        pgettext_lazy("glossary", "development plan"),
        _("A paper in which the organisation says what it is going to improve."),
    ),
    "dialogue": Word(
        pgettext_lazy("glossary", "dialogue meeting"),
        _(
            "A talk about the care between care office and organisation, "
            "where your council can be present."
        ),
    ),
    "executive": Word(
        pgettext_lazy("glossary", "executive"),
        _("The person who leads the care organisation and meets with your council."),
    ),
    "feedback": Word(
        pgettext_lazy("glossary", "feedback"),
        _("You hear what was done with your input or answer."),
    ),
    "fingerprint": Word(
        pgettext_lazy("glossary", "check code"),
        _("A row of letters and figures by which you see that a paper is unchanged."),
    ),
    "good_example": Word(
        pgettext_lazy("glossary", "good example"),
        _("Something that goes well and that others can take over."),
    ),
    "invoke_nullity": Word(
        pgettext_lazy("glossary", "to invoke nullity"),
        _(
            "Your council writes that a decision does not hold, because "
            "the consent that it needed was missing."
        ),
    ),
    "local_council": Word(
        pgettext_lazy("glossary", "local client council"),
        _("The council of one location or of one kind of care."),
    ),
    "minority_statement": Word(
        pgettext_lazy("glossary", "minority statement"),
        _("What members think who do not agree with most members."),
    ),
    "minutes": Word(
        pgettext_lazy("glossary", "minutes of a meeting"),
        _("The text that says what was said and decided in a meeting."),
    ),
    "new_insight": Word(
        pgettext_lazy("glossary", "new insight"),
        _("Something you learned or thought of and that can change the care."),
    ),
    "participation_scheme": Word(
        pgettext_lazy("glossary", "participation scheme"),
        _(
            "The paper with agreements on what your council may do and "
            "how you work together."
        ),
    ),
    "passkey": Word(
        pgettext_lazy("glossary", "passkey"),
        _("To log in with the face, the finger or the code of your own device."),
    ),
    "procurement": Word(
        pgettext_lazy("glossary", "care procurement"),
        _(
            "The care office makes agreements on care with organisations "
            "and pays for that care."
        ),
    ),
    "procurement_framework": Word(
        pgettext_lazy("glossary", "procurement framework"),
        _("The rules and plans with which a care office buys care."),
    ),
    "procurement_officer": Word(
        pgettext_lazy("glossary", "procurement officer"),
        _("The person at the care office who makes the agreements with organisations."),
    ),
    "quality_overview": Word(
        pgettext_lazy("glossary", "quality overview"),
        _("A public overview of how good the care is and what can be better."),
    ),
    "quality_plan": Word(
        pgettext_lazy("glossary", "quality plan"),
        _("A plan of the organisation to make the care better."),
    ),
    "registration": Word(
        pgettext_lazy("glossary", "registration"),
        _("The organisation comes forward with papers to get a contract."),
    ),
    "relatives_council": Word(
        pgettext_lazy("glossary", "relatives' council"),
        _("A council of family and others who are close to clients."),
    ),
    "request": Word(
        pgettext_lazy("glossary", "request"),
        _("A question of the care office to councils, with a purpose and a date."),
    ),
    "reshuffle": Word(
        pgettext_lazy("glossary", "reshuffle"),
        _(
            "During the year the care office looks again where money is "
            "left and where it is needed."
        ),
    ),
    "secretary": Word(
        pgettext_lazy("glossary", "council secretary"),
        _(
            "The person who supports the council with agenda, papers and "
            "minutes, and is no member."
        ),
    ),
    "self_analysis": Word(
        pgettext_lazy("glossary", "self-analysis"),
        _("The organisation itself describes what goes well and what must be better."),
    ),
    "site_visit": Word(
        pgettext_lazy("glossary", "site visit"),
        _("The care office comes to look at a place where care is given."),
    ),
    "submission": Word(
        pgettext_lazy("glossary", "submission"),
        _("The input that your council signed together and sends to the care office."),
    ),
    "term": Word(
        pgettext_lazy("glossary", "term of office"),
        _(
            "The time that somebody is a member of the council, with a "
            "beginning and an end."
        ),
    ),
    "unsolicited_advice": Word(
        pgettext_lazy("glossary", "unsolicited advice"),
        _("Advice that your council gives without being asked for it."),
    ),
    "wlz": Word(
        pgettext_lazy("glossary", "Wlz"),
        _("The law that arranges care for people who always need care nearby."),
    ),
    "wmcz": Word(
        pgettext_lazy("glossary", "Wmcz 2018"),
        _("The law that says in what a client council has a say."),
    ),
    "work_plan": Word(
        pgettext_lazy("glossary", "work plan"),
        _("The plan in which your council puts what it will do this year."),
    ),
}
