"""What adopted minutes hold: the words, and by id who was there and who acts.

No names: those of former members are forgotten in time, and the frozen copy stays.
"""

from collections import defaultdict
from typing import Any
from uuid import UUID

from councils.models import ActionItem, AgendaItem, Decision, Minutes


def content_of(minutes: Minutes) -> dict[str, Any]:
    """All of the minutes, closed items too, in values that have one JSON text."""
    meeting = minutes.meeting
    decisions, actions = _by_item(minutes)
    attendees = meeting.attendees.order_by("pk")
    return {
        "format": 1,
        "minutes": str(minutes.pk),
        "meeting": {
            "id": str(meeting.pk),
            "council": str(meeting.council_id),
            "kind": meeting.kind,
            "title": meeting.title,
            "starts_at": meeting.starts_at.isoformat(),
            "ends_at": meeting.ends_at.isoformat(),
            "place": meeting.place,
        },
        "adopted_in": str(minutes.adopted_in_id),
        "opening": minutes.opening,
        "attendees": [
            {
                "id": str(each.pk),
                "is_guest": each.is_guest,
                "votes": each.votes,
                "was_present": each.was_present,
            }
            for each in attendees
        ],
        "items": [
            _item(item, decisions[item.pk], actions[item.pk])
            for item in AgendaItem.objects.in_order().filter(meeting=meeting)
        ],
    }


def _by_item(minutes: Minutes) -> tuple[dict[UUID, list], dict[UUID | None, list]]:
    decisions: dict[UUID, list[Decision]] = defaultdict(list)
    for decision in Decision.objects.filter(item__meeting=minutes.meeting_id):
        decisions[decision.item_id].append(decision)
    actions: dict[UUID | None, list[ActionItem]] = defaultdict(list)
    for action in ActionItem.objects.filter(item__meeting=minutes.meeting_id):
        actions[action.item_id].append(action)
    return decisions, actions


def _item(
    item: AgendaItem, decisions: list[Decision], actions: list[ActionItem]
) -> dict[str, Any]:
    return {
        "id": str(item.pk),
        "parent": item.parent_id and str(item.parent_id),
        "title": item.title,
        "openness": item.openness,
        "notes": item.notes,
        "decisions": [
            {
                "number": decision.reference,
                "text": decision.text,
                "votes": [
                    decision.votes_for,
                    decision.votes_against,
                    decision.votes_abstained,
                ],
                "decided_on": decision.decided_on.isoformat(),
            }
            for decision in sorted(decisions, key=lambda each: each.number)
        ],
        "actions": [
            {
                "id": str(action.pk),
                "what": action.what,
                "owner": str(action.owner_id),
                "due_on": action.due_on.isoformat(),
            }
            for action in actions
        ],
    }
