"""What is asked, when, what is said and what comes of it: every model of this app."""

from procurement.models.calendar_feed import CalendarFeed
from procurement.models.composition import (
    Disuse,
    Paragraph,
    ParagraphVersion,
    Passage,
    PassageSource,
    Showing,
    ShowingPart,
)
from procurement.models.council_input import (
    HELPERS,
    Audience,
    CouncilInput,
    CouncilInputVersion,
    Goal,
    Theme,
    as_read_by,
)
from procurement.models.coverage import Coverage, coverage_of, used_inputs
from procurement.models.cycle import (
    Cycle,
    DateChange,
    Phase,
    PhaseDates,
    PhaseTask,
    dates_before,
    title_of,
)
from procurement.models.cycle_template import (
    CycleKind,
    CycleTemplate,
    PhaseKind,
    PhaseRole,
    PhaseTaskTemplate,
    PhaseTemplate,
)
from procurement.models.input_draft import InputDraft
from procurement.models.participation import Participation
from procurement.models.recognition import Recognition
from procurement.models.reminder import Reminder, ReminderRule
from procurement.models.request import (
    InformationRequest,
    RequestCouncil,
    RequestVersion,
    Right,
)
from procurement.models.response import Answer, Publication
from procurement.models.submission import Submission, SubmissionItem
from procurement.models.submission_version import (
    FOR_CHAIR,
    MinorityStatement,
    SheetGoal,
    Signature,
    SubmissionVersion,
    SubmittedItem,
    SubmittedSource,
    answer_day,
    sheet_of,
)
from procurement.models.suggestion import DroppedSuggestion
from procurement.models.uses import Use, uses_of
from procurement.models.work_plan import (
    Side,
    WorkPlan,
    WorkPlanAgreement,
    WorkPlanStep,
    WorkPlanVersion,
)

__all__ = [
    "CalendarFeed",
    "DroppedSuggestion",
    "Participation",
    "Side",
    "WorkPlan",
    "WorkPlanAgreement",
    "WorkPlanStep",
    "WorkPlanVersion",
    "FOR_CHAIR",
    "HELPERS",
    "Answer",
    "Audience",
    "CouncilInput",
    "Coverage",
    "CouncilInputVersion",
    "Cycle",
    "CycleKind",
    "CycleTemplate",
    "DateChange",
    "Disuse",
    "Goal",
    "InformationRequest",
    "InputDraft",
    "MinorityStatement",
    "Paragraph",
    "ParagraphVersion",
    "Passage",
    "PassageSource",
    "Phase",
    "PhaseDates",
    "PhaseKind",
    "PhaseRole",
    "PhaseTask",
    "PhaseTaskTemplate",
    "PhaseTemplate",
    "Publication",
    "Recognition",
    "Reminder",
    "ReminderRule",
    "RequestCouncil",
    "RequestVersion",
    "Right",
    "SheetGoal",
    "Showing",
    "ShowingPart",
    "Signature",
    "Submission",
    "SubmissionItem",
    "SubmissionVersion",
    "SubmittedItem",
    "SubmittedSource",
    "Theme",
    "Use",
    "as_read_by",
    "coverage_of",
    "dates_before",
    "title_of",
    "used_inputs",
    "uses_of",
    "answer_day",
    "sheet_of",
]
