"""From local to central: sources stay whole, audiences hold, councils may object."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from portal.errors import NotAllowedNow, StaleText
from portal.models import OutgoingMail
from procurement.actions import composition as actions
from procurement.actions import council_input as inputs
from procurement.actions.composition import Sentences
from procurement.models import (
    CouncilInput,
    Goal,
    Paragraph,
    ParagraphVersion,
    PassageSource,
    ShowingPart,
    coverage_of,
    used_inputs,
)
from tests.factories import (
    CareOfficeFactory,
    CareOrganisationFactory,
    CouncilFactory,
    CouncilInputFactory,
    CouncilInputVersionFactory,
    CouncilMembershipFactory,
    CycleFactory,
    LocationFactory,
    PhaseFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def story():
    """A central council with two local ones, and one shared input of each."""

    class Story:
        office = CareOfficeFactory()
        organisation = CareOrganisationFactory(care_office=office)
        central = CouncilFactory(
            organisation=organisation, central=True, name="Centrale raad"
        )
        phase = PhaseFactory(cycle__care_office=office)
        cycle = phase.cycle
        secretary = CouncilMembershipFactory(council=central, role="secretary").user

    story = Story()
    story.west, story.thuis = (
        CouncilFactory(organisation=story.organisation, parent=story.central, name=name)
        for name in ("Raad West", "Raad Thuis")
    )
    story.chair = CouncilMembershipFactory(council=story.west, role="chair").user
    story.night = CouncilInputFactory(
        council=story.west,
        cycle=story.cycle,
        for_central_council=True,
        for_care_office=True,
        words__text="De bel rinkelt lang in de nacht.",
    )
    story.faces = CouncilInputFactory(
        council=story.thuis,
        cycle=story.cycle,
        shared=True,
        words__text="Elke week een ander gezicht.",
    )
    return story


def paragraph_of(story, **fields):
    values = {
        "council": story.central,
        "cycle": story.cycle,
        "title": "Bekende gezichten",
        "goal": Goal.QUALITY_OF_LIFE,
        "theme": ThemeFactory(),
        "changed_by": story.secretary,
        **fields,
    }
    return Paragraph(**values)


def composed(story, **fields):
    return actions.add_paragraph(
        paragraph_of(story, **fields),
        [
            Sentences("In de nacht durven mensen niet.", [story.night.shared_id]),
            Sentences("Thuis komt steeds een ander.", [story.faces.shared_id]),
        ],
        by=story.secretary,
    )


def test_a_paragraph_is_read_by_at_most_whom_every_source_allows(story):
    with pytest.raises(NotAllowedNow) as refusal:
        composed(story, for_organisation=True)

    assert "W1" in str(refusal.value)
    assert not Paragraph.objects.exists()


@pytest.fixture
def private(story) -> CouncilInput:
    """Words of Raad West for the central council only."""
    return CouncilInputFactory(
        council=story.west,
        cycle=story.cycle,
        for_central_council=True,
        words__title="Alleen voor de centrale raad",
    )


def composer(story, name="composition_detail"):
    return reverse(f"procurement:{name}", args=[story.cycle.pk, story.central.pk])


def test_the_composer_says_how_many_people_were_asked_and_how(story, client):
    CouncilInputFactory(
        council=story.west,
        cycle=story.cycle,
        shared=True,
        words__consulted=12,
        words__consulted_how="bewoners, aan de koffietafel",
    )
    client.force_login(story.secretary)

    page = client.get(composer(story))

    assertContains(page, "12 mensen gevraagd: bewoners, aan de koffietafel.")


SHUT_OUT = "Raad West laat dit niet lezen door het zorgkantoor."


def test_the_composer_says_which_words_the_care_office_may_not_read(
    story, private, client
):
    client.force_login(story.secretary)

    page = client.get(composer(story))

    assertContains(page, SHUT_OUT, count=1)
    assertContains(page, "1 inbreng mag het zorgkantoor niet lezen.")
    assertContains(page, f'href="{story.west.get_absolute_url()}"')
    assertContains(page, f"?bron={story.night.shared_id}")
    assertNotContains(page, f"?bron={private.shared_id}")


@pytest.mark.parametrize(
    ("readers", "offered"),
    [
        (["for_care_office"], {"night", "faces"}),
        (["for_care_office", "for_organisation"], {"faces"}),
        (["for_organisation"], {"faces"}),
        ([], {"night", "faces", "private"}),
    ],
)
def test_a_paragraph_offers_what_all_its_readers_may_read(
    story, private, client, readers, offered
):
    client.force_login(story.secretary)
    typed = {"passage-0-text": "Begin", "add": "1", **dict.fromkeys(readers, "on")}

    page = client.post(composer(story, "paragraph_create"), typed)

    found = {
        name
        for name, each in (
            ("night", story.night),
            ("faces", story.faces),
            ("private", private),
        )
        if f'name="add_source" value="{each.shared_id}"' in page.content.decode()
    }
    assert found == offered
    assertContains(page, "Niet voor deze tekst", count=3 - len(offered))


def test_a_new_paragraph_is_for_the_care_office_until_its_source_is_not(
    story, private, client
):
    client.force_login(story.secretary)
    address = composer(story, "paragraph_create")

    for source, is_for in ((story.night, True), (private, False)):
        page = client.get(address, {"bron": str(source.shared_id)})
        assert page.context["form"]["for_care_office"].value() is is_for


def test_in_a_quality_round_no_care_office_is_named(story, client):
    story.cycle = CycleFactory(
        kind="quality_plan", care_office=None, organisation=story.organisation
    )
    words = CouncilInputFactory(
        council=story.west,
        cycle=story.cycle,
        for_central_council=True,
        for_organisation=True,
    )
    client.force_login(story.secretary)

    page = client.get(composer(story))
    assertContains(page, f"?bron={words.shared_id}")
    assertNotContains(page, "het zorgkantoor")

    form = client.get(
        composer(story, "paragraph_create"), {"bron": str(words.shared_id)}
    )
    assertNotContains(form, "for_care_office")
    typed = {
        **form.context["form"].initial,
        "title": "De nacht",
        "for_organisation": "on",
        "passage-0-text": "In de nacht is er niemand.",
        "passage-0-source": str(words.shared_id),
        "save": "1",
    }
    client.post(
        composer(story, "paragraph_create"),
        {name: value for name, value in typed.items() if value is not None},
    )
    paragraph = Paragraph.objects.get()
    assert (paragraph.for_organisation, paragraph.for_care_office) == (True, False)


def test_words_that_were_closed_after_they_were_used_are_pointed_at(story, client):
    paragraph = composed(story, for_care_office=True)
    inputs.share(
        story.night, ["central_council"], version_number=1, by=story.night.author
    )
    client.force_login(story.secretary)

    page = client.get(paragraph.get_absolute_url())

    assertContains(page, SHUT_OUT, count=1)
    assertContains(page, "Haal het weg, of laat hen uw alinea niet lezen.")


def test_a_source_that_is_not_shared_with_this_council_is_refused(story):
    closed = CouncilInputFactory(council=story.west, cycle=story.cycle)

    with pytest.raises(NotAllowedNow):
        actions.add_paragraph(
            paragraph_of(story),
            [Sentences("Iets.", [closed.current_id])],
            by=story.secretary,
        )


def test_a_source_of_another_organisation_is_refused(story):
    stranger = CouncilInputFactory(cycle=story.cycle, shared=True)

    with pytest.raises(NotAllowedNow):
        actions.add_paragraph(
            paragraph_of(story),
            [Sentences("Iets.", [stranger.shared_id])],
            by=story.secretary,
        )


def test_words_that_were_withdrawn_meanwhile_are_not_used(story):
    inputs.withdraw(story.night, by=story.chair)

    with pytest.raises(NotAllowedNow):
        composed(story)

    assert not Paragraph.objects.exists()


def test_a_secretary_writes_with_nothing_that_is_closed_to_her(story):
    CouncilMembershipFactory(user=story.secretary, council=story.west, role="secretary")
    inputs.close_to_secretary(story.night, by=story.chair)

    with pytest.raises(NotAllowedNow):
        composed(story)


def test_naming_a_version_of_others_tells_nothing_of_it(story, client):
    stranger = CouncilInputFactory(shared=True, council__name="Raad van elders")
    client.force_login(story.secretary)
    url = reverse(
        "procurement:paragraph_create", args=[story.cycle.pk, story.central.pk]
    )

    response = client.post(
        url, {"passage-0-text": "Zin", "add_source": str(stranger.shared_id)}
    )

    assertNotContains(response, "Raad van elders")


def test_a_sign_that_no_paper_can_show_is_complained_of_beside_its_passage(
    story, client
):
    client.force_login(story.secretary)
    url = reverse(
        "procurement:paragraph_create", args=[story.cycle.pk, story.central.pk]
    )
    form = {
        "title": "Titel",
        "kind": "concern",
        "goal": "trust",
        "theme": ThemeFactory().pk,
        "passage-0-text": "Een\x01 zin",
        "save": "1",
    }

    response = client.post(url, form)

    assertContains(response, "tekst staat een teken dat")
    assert not Paragraph.objects.exists()


def test_the_words_of_that_day_stay_when_the_local_council_writes_on(story):
    paragraph = composed(story)
    newer = CouncilInputVersionFactory(
        council_input=story.night, number=2, text="Nu gaat het beter."
    )
    CouncilInput.objects.filter(pk=story.night.pk).update(current=newer, shared=newer)

    link = PassageSource.objects.get(version__council_input=story.night)

    assert link.version.text == "De bel rinkelt lang in de nacht."
    # Saving again keeps the old source, though a newer version is shared now.
    actions.save_paragraph(
        paragraph,
        [Sentences("In de nacht.", [link.version_id])],
        seen=paragraph.revision,
        by=story.secretary,
    )
    assert PassageSource.objects.get().version == link.version


def test_a_local_council_reads_only_the_sentences_on_its_own_words(story, client):
    actions.show(composed(story), by=story.secretary)
    part = ShowingPart.objects.get(council=story.west)
    client.force_login(story.chair)

    response = client.get(part.get_absolute_url())

    assertContains(response, "In de nacht durven mensen niet.")
    assertContains(response, "De bel rinkelt lang in de nacht.")
    assertNotContains(response, "Thuis komt steeds een ander.")
    assertNotContains(response, "Elke week een ander gezicht.")


def test_a_sentence_on_words_of_two_councils_is_shown_to_neither(story):
    paragraph = actions.add_paragraph(
        paragraph_of(story),
        [Sentences("Samen.", [story.night.shared_id, story.faces.shared_id])],
        by=story.secretary,
    )

    showing = actions.show(paragraph, by=story.secretary)

    assert [(part.passages, part.has_mixed) for part in showing.parts.all()] == [
        ([], True),
        ([], True),
    ]


def test_until_it_is_put_before_them_local_councils_see_nothing(story, client):
    composed(story)
    client.force_login(story.chair)

    response = client.get(reverse("procurement:used_list"))

    assertNotContains(response, "Bekende gezichten")


def test_another_local_council_does_not_find_the_part(story, client):
    actions.show(composed(story), by=story.secretary)
    other = ShowingPart.objects.get(council=story.thuis)
    client.force_login(story.chair)

    assert client.get(other.get_absolute_url()).status_code == 404


def test_a_verdict_stays_with_the_same_text_and_lapses_with_another(story):
    paragraph = composed(story)
    actions.show(paragraph, by=story.secretary)
    for part in ShowingPart.objects.all():
        actions.judge(part, verdict="agreed", by=story.chair)
    paragraph.refresh_from_db()
    actions.save_paragraph(
        paragraph,
        [
            Sentences("In de nacht durven mensen niet.", [story.night.shared_id]),
            Sentences("Thuis komt er elke keer iemand.", [story.faces.shared_id]),
        ],
        seen=paragraph.revision,
        by=story.secretary,
    )

    actions.show(paragraph, by=story.secretary)

    newest = ShowingPart.objects.newest()
    assert dict(newest.values_list("council__name", "verdict")) == {
        "Raad West": "agreed",
        "Raad Thuis": "",
    }


def test_what_was_put_before_a_council_earlier_can_still_be_read(story, client):
    paragraph = composed(story)
    actions.show(paragraph, by=story.secretary)
    paragraph.refresh_from_db()
    actions.show(paragraph, by=story.secretary)
    first, second = ShowingPart.objects.filter(council=story.west).order_by(
        "showing__number"
    )
    client.force_login(story.chair)

    response = client.get(second.get_absolute_url())

    assertContains(response, f'href="{first.get_absolute_url()}"')


def test_not_like_this_needs_words_and_loses_none_that_were_typed(story, client):
    actions.show(composed(story), by=story.secretary)
    part = ShowingPart.objects.get(council=story.west)
    client.force_login(story.chair)

    response = client.post(part.get_absolute_url(), {"verdict": "not_like_this"})

    assertContains(response, "Schrijf wat er anders moet.")
    part.refresh_from_db()
    assert part.verdict == ""


def test_each_local_council_gets_one_mail_and_it_holds_none_of_its_words(story):
    actions.show(composed(story), by=story.secretary)

    mail = OutgoingMail.objects.get(kind="words_used")

    assert mail.to == story.chair.email
    assert "nacht" not in mail.body
    assert "Bekende gezichten" not in mail.subject + mail.body


def test_a_stale_save_overwrites_nothing_and_keeps_both_texts(story, client):
    paragraph = composed(story)
    client.force_login(story.secretary)
    form = {
        "title": "Mijn titel",
        "kind": "concern",
        "goal": "trust",
        "theme": paragraph.theme_id,
        "passage-0-text": "Mijn eigen zin.",
        "seen": "0",
        "save": "1",
    }

    response = client.post(paragraph.get_absolute_url(), form)

    assertContains(response, "Mijn eigen zin.")
    assertContains(response, "In de nacht durven mensen niet.")
    paragraph.refresh_from_db()
    assert (paragraph.title, paragraph.revision) == ("Bekende gezichten", 1)
    aside = ParagraphVersion.objects.get(is_aside=True)
    assert aside.passages == [{"text": "Mijn eigen zin.", "versions": []}]


def test_saving_over_an_older_revision_raises(story):
    paragraph = composed(story)

    with pytest.raises(StaleText):
        actions.save_paragraph(
            paragraph, [Sentences("Later.")], seen=0, by=story.secretary
        )


def test_adding_a_source_by_button_keeps_what_was_typed(story, client):
    client.force_login(story.secretary)
    url = reverse(
        "procurement:paragraph_create", args=[story.cycle.pk, story.central.pk]
    )

    response = client.post(
        url,
        {
            "title": "Half af",
            "passage-0-text": "Begonnen zin",
            "add_source": str(story.night.shared_id),
        },
    )

    assertContains(response, 'value="Half af"')
    assertContains(response, "Begonnen zin")
    assertContains(response, f'name="passage-1-source" value="{story.night.shared_id}"')
    assert not Paragraph.objects.exists()


def test_coverage_tells_used_set_aside_and_silent_with_home_care_apart(story):
    home = LocationFactory(
        organisation=story.organisation, name="Thuisteam", care_setting="at_home"
    )
    LocationFactory(organisation=story.organisation, name="Stil huis")
    at_home = CouncilInputFactory(
        council=story.thuis, cycle=story.cycle, shared=True, words__location=home
    )
    composed(story)
    actions.set_aside(
        at_home,
        council=story.central,
        reason="Staat al in alinea 1",
        by=story.secretary,
    )
    inputs = list(
        CouncilInput.objects.readable_by(story.central, story.secretary).select_related(
            "council", "shared__theme", "shared__location"
        )
    )

    table = coverage_of(
        story.central, story.cycle, inputs, set(used_inputs(story.central, story.cycle))
    )

    assert [row.name for row in table.silent] == ["Stil huis"]
    assert [(row.name, row.cells[0].reasons) for row in table.at_home] == [
        ("Thuisteam", ["Staat al in alinea 1"])
    ]
    used = {row.name: row.cells[0].used for row in table.elsewhere}
    assert used == {"Stil huis": 0, "Raad West": 1, "Raad Thuis": 1}


def test_an_input_in_use_is_not_set_aside(story):
    composed(story)

    with pytest.raises(NotAllowedNow):
        actions.set_aside(
            story.night, council=story.central, reason="Toch niet", by=story.secretary
        )


@pytest.mark.parametrize("role", ["member", "supporter"])
def test_only_who_prepares_the_papers_composes(story, client, role):
    member = CouncilMembershipFactory(council=story.central, role=role).user
    client.force_login(member)

    response = client.get(
        reverse(
            "procurement:composition_detail", args=[story.cycle.pk, story.central.pk]
        )
    )

    assert response.status_code == 403


def test_for_a_local_chair_the_composer_does_not_exist(story, client):
    client.force_login(story.chair)

    response = client.get(
        reverse(
            "procurement:composition_detail", args=[story.cycle.pk, story.central.pk]
        )
    )

    assert response.status_code == 404


@pytest.mark.parametrize("count", [1, 50])
def test_the_composer_takes_the_same_queries_for_any_number_of_inputs(
    story, client, django_assert_num_queries, count
):
    inputs = CouncilInputFactory.create_batch(
        count, council=story.west, cycle=story.cycle, shared=True
    )
    for each in inputs[:10]:
        paragraph = actions.add_paragraph(
            paragraph_of(story),
            [Sentences("Zin.", [each.shared_id])],
            by=story.secretary,
        )
        actions.show(paragraph, by=story.secretary)
    client.force_login(story.secretary)

    # session, user, seats, cycle, inputs, passages, their sources, reactions
    with django_assert_num_queries(8):
        response = client.get(
            reverse(
                "procurement:composition_detail",
                args=[story.cycle.pk, story.central.pk],
            ),
            {"welke": "all"},
        )

    assertContains(response, "quote__text", count=count + 2)


def test_the_local_council_sees_on_its_input_what_became_of_it(story, client):
    actions.show(composed(story), by=story.secretary)
    client.force_login(story.chair)

    response = client.get(story.night.get_absolute_url())

    assertContains(
        response, "Gebruikt in de tekst van Centrale raad: Bekende gezichten"
    )
    assertContains(response, ShowingPart.objects.get(council=story.west).pk)
    # What another council said is not on it.
    assertNotContains(response, ShowingPart.objects.get(council=story.thuis).pk)


def test_the_local_council_reads_why_its_input_is_not_used(story, client):
    actions.set_aside(
        story.night, council=story.central, reason="Staat er al in", by=story.secretary
    )
    client.force_login(story.chair)

    response = client.get(story.night.get_absolute_url())

    assertContains(response, "Staat er al in")


def test_the_page_of_an_input_in_use_keeps_within_six_queries(
    story, client, django_assert_num_queries
):
    actions.show(composed(story), by=story.secretary)
    client.force_login(story.chair)

    # session, user, seats, the input, who may read it, what became of it
    with django_assert_num_queries(6):
        client.get(story.night.get_absolute_url())
