"""One report, from its reception to its callback."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.models.catalogue import Category
from complaints.states import HAS_FORM, LANES, OVER, Kind, Lane, ReportChannel, Severity, Status, Step, WaitFor
from complaints.tabs import CLAIMED, HANDED_UP, OPEN, OVERTIME_ASKED, tab_filters
from portal.organization.roles import DEPARTMENT, DESK, MANAGEMENT
from portal.promises.models import TimerState
from residents.models import Contact, Residence

if TYPE_CHECKING:
    from portal.organization.models import User
    from portal.organization.scope import Scope

TITLE_LENGTH = 40
FAR_AWAY = datetime(9000, 1, 1, tzinfo=UTC)  # where the queue puts what has no deadline now


def title_of(description: str) -> str:
    """The first words of what happened, for one line."""
    first = (description.strip().splitlines() or [""])[0].strip()
    return first if len(first) <= TITLE_LENGTH else first[: TITLE_LENGTH - 1] + "…"


class TicketQuerySet(models.QuerySet["Ticket"]):
    def visible_to(self, user: User) -> TicketQuerySet:
        """The desk and the managers see their sites' tickets, a department those that are with it or that it helps."""
        helping = user.scope.departments_as(DEPARTMENT)
        return self.within(user.scope, helping=Q(also_with__overlap=sorted(helping)) if helping else None)

    def helped_by(self, user: User) -> TicketQuerySet:
        """What this person's departments help with, though it is another's."""
        return self.open().filter(also_with__overlap=sorted(user.scope.departments_as(DEPARTMENT)))

    def within(self, scope: Scope, *, helping: Q | None = None) -> TicketQuerySet:
        """Those that the queue lists: one range of an index for each place."""
        everywhere, sites = scope.sites_as(DESK | MANAGEMENT)
        if everywhere:
            return self
        departments = scope.departments_as(DEPARTMENT, outside=sites)  # an OR too many costs the index
        mine = Q(site_id__in=sites)
        if departments:
            mine |= Q(department_id__in=departments)
        return self.filter(mine if helping is None else mine | helping)

    def of_resident(self, phone: str) -> TicketQuerySet:
        """What this phone reported, and what was registered for its person however it came in (C29).

        For homes to which it still belongs, or for no home at all. What was registered by mistake is nobody's but the
        reporter's. Two ranges of an index put together: an OR over both would read every ticket.
        """
        reported = Ticket.objects.filter(reported_by__phone=phone).values("pk")
        registered = Ticket.objects.filter(resident__phones__number=phone).exclude(status=Status.VOID).values("pk")
        belongs = Residence.objects.current(timezone.localdate()).of_phone(phone).filter(unit=OuterRef("unit"))
        return self.filter(Q(unit=None) | Exists(belongs), pk__in=reported.union(registered))

    def of_home(self, phone: str) -> TicketQuerySet:
        """What this phone may look at by its address: its own, and reports from a home where it lived already then.

        Who came after the report, or nobody knows when, sees it only beside whoever reported it: never a former
        owner's.
        """
        here = Residence.objects.current(timezone.localdate()).filter(unit=OuterRef("unit"))
        mine = here.of_phone(phone)
        whose = Q(resident=OuterRef("resident")) | Q(resident__phones__number=OuterRef("reported_by__phone"))
        then = Exists(mine.filter(since__lte=OuterRef("received_on")))
        beside = Exists(mine.filter(since=None)) & Exists(here.filter(whose))
        own = Ticket.objects.of_resident(phone).values("pk")
        dated = self.annotate(received_on=TruncDate("received_at"))
        return dated.filter(Q(pk__in=own) | (then | beside) & ~Q(status=Status.VOID))

    def void(self) -> TicketQuerySet:
        """Made by mistake: what figures leave out. They are few, and an index has them alone."""
        return self.filter(status=Status.VOID)

    def absorbed_by(self, ticket: Ticket) -> list[int]:
        """Of what was merged into it, also by way of others: the ids; a statement for each step of the way."""
        found: list[int] = []
        step = [ticket.pk]
        while step:
            step = list(Ticket.objects.filter(merged_into__in=step).order_by("pk").values_list("pk", flat=True))
            found += step
        return found

    def open(self) -> TicketQuerySet:
        return self.filter(OPEN)

    def by_time_left(self) -> TicketQuerySet:
        """The order of the queue: what is due first; what has no deadline now (waiting, over) comes last."""
        return self.order_by("queue_at", "pk")

    def in_tab(self, tab: str, user: User) -> TicketQuerySet:
        """One tab of the queue (INTERFACES §2). Raises KeyError for a tab that does not exist."""
        return self.filter(tab_filters(user.scope)[tab])

    def for_queue(self) -> TicketQuerySet:
        """What one ticket's page shows of itself, but for what ``remembered.placed`` adds."""
        return self.with_climbed().with_people()

    def with_people(self) -> TicketQuerySet:
        return self.select_related("unit", "resident", "handler", "reported_by")

    def with_climbed(self) -> TicketQuerySet:
        """Each with how many levels its late promise has fired."""
        from complaints.models.timers import TicketTimer

        return self.annotate(
            climbed=models.Subquery(
                TicketTimer.objects.filter(
                    ticket=OuterRef("pk"),
                    target=OuterRef("next_target"),
                    state=TimerState.RUNNING,
                    breached_at__isnull=False,
                )
                .order_by("-pk")
                .values("levels_fired")[:1]
            )
        )


class Ticket(models.Model):
    """One report of a resident, of any kind, from its reception to its callback: the form 住户投诉意见表.

    A foreign key without an index of its own is served by one below, or nobody looks through it.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("number"), max_length=24, unique=True)
    site = models.ForeignKey("organization.Site", models.PROTECT, related_name="tickets", db_index=False)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    channel = models.CharField(_("channel"), max_length=20, choices=ReportChannel.choices)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("category"), db_index=False
    )
    severity = models.CharField(_("severity"), max_length=10, choices=Severity.choices, default=Severity.MINOR)
    severity_set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.REGISTERED)
    status_before_wait = models.CharField(max_length=12, blank=True)
    round = models.PositiveSmallIntegerField(_("round"), default=1)

    # who reported it
    unit = models.ForeignKey(
        "residents.Unit", models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("unit")
    )
    resident = models.ForeignKey("residents.Resident", models.PROTECT, null=True, blank=True, related_name="tickets")
    reported_by = models.ForeignKey(
        "residents.ApiAccount", models.PROTECT, null=True, blank=True, related_name="tickets", db_index=False
    )
    # of the house: found on a round, or reported from one's own start page (C26); the name stands beside it as given
    colleague = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    # who called, where it was not the resident: a visitor, a neighbour, the colleague
    visitor_name = models.CharField(_("visitor's name"), max_length=60, blank=True)
    visitor_phone = models.CharField(_("visitor's phone"), max_length=20, blank=True)

    # the form
    description = models.TextField(_("what happened"))
    occurred_at = models.DateTimeField(_("time of the event"), null=True, blank=True)
    place = models.CharField(_("place of the event"), max_length=200, blank=True)
    about = models.CharField(_("person or department complained about"), max_length=200, blank=True)
    demand = models.CharField(_("what the resident asks for"), max_length=1000, blank=True)
    contact = models.CharField(_("prefers to be reached by"), max_length=10, choices=Contact.choices, blank=True)
    wished_on = models.DateField(_("wished date"), null=True, blank=True)
    wish_confirmed_at = models.DateTimeField(null=True, blank=True)

    # who has it
    department = models.ForeignKey(
        "organization.Department", models.PROTECT, null=True, blank=True, related_name="tickets", db_index=False
    )
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    first_responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    # who else has to do with it; as lists, so that no page and no change asks another table
    also_with = ArrayField(models.BigIntegerField(), default=list, blank=True)  # second departments
    watchers = ArrayField(models.BigIntegerField(), default=list, blank=True)  # people
    about_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    name_hidden = models.BooleanField(_("name hidden from the department"), default=False)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="absorbed")

    # what it waits for (C13), and whose word on more time (C6) and on damages (C23)
    waits_for = models.CharField(_("waits for"), max_length=12, choices=WaitFor.choices, blank=True)
    waits_until = models.DateTimeField(_("waits until"), null=True, blank=True)
    overtime_asked_of = models.CharField(max_length=30, blank=True)
    claim_with = models.CharField(max_length=30, blank=True)  # the level that a claim for damages has come to

    dangerous = models.BooleanField(_("dangerous"), default=False, db_default=False)
    # the window that the resident agreed for an ordinary repair (C21)
    window_from = models.DateTimeField(null=True, blank=True)
    window_until = models.DateTimeField(null=True, blank=True)

    # moments
    received_at = models.DateTimeField(_("received"))
    round_began_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    result_sent_at = models.DateTimeField(null=True, blank=True)  # into the app, which has not fetched it yet
    informed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    # kept by the services, so that the queue is one index range (docs/architecture.md, "Reading fast")
    next_target = models.CharField(max_length=40, blank=True)
    next_started_at = models.DateTimeField(null=True, blank=True)
    next_warn_at = models.DateTimeField(null=True, blank=True)
    next_due_at = models.DateTimeField(null=True, blank=True)
    next_rule = models.CharField(max_length=20, blank=True)
    queue_at = models.DateTimeField()  # next_due_at, or far away where nothing is due
    resolve_due_at = models.DateTimeField(null=True, blank=True)
    lane = models.GeneratedField(
        expression=Case(
            When(status=Status.RESOLVED, waits_for_form=True, then=Value(Lane.TO_RETURN)),
            *(When(status=status, then=Value(lane)) for status, lane in LANES.items()),
        ),
        output_field=models.CharField(max_length=12),
        db_persist=True,
    )
    open_hand_ups = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    waits_for_form = models.BooleanField(default=False)

    request_key = models.UUIDField(null=True, unique=True, editable=False)  # a form sent twice makes one ticket
    version = models.PositiveIntegerField(default=1)

    objects = TicketQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="ticket_with_a_department_has_one",
                condition=~Q(status__in=[Status.DISPATCHED, Status.SIGNED, Status.IN_PROGRESS])
                | Q(department__isnull=False),
            ),
            models.CheckConstraint(
                name="ticket_waits_from_somewhere", condition=~Q(status=Status.WAITING) | ~Q(status_before_wait="")
            ),
            models.CheckConstraint(
                name="ticket_closed_has_a_moment", condition=~Q(status__in=OVER) | Q(closed_at__isnull=False)
            ),
            models.CheckConstraint(
                name="ticket_merged_somewhere", condition=Q(merged_into=None) | Q(status=Status.MERGED)
            ),
        )
        indexes = (
            # serve the queue of a site and of a department: one range, in order
            models.Index(fields=["site", "queue_at", "id"], name="ticket_queue_site", condition=OPEN),
            models.Index(fields=["department", "queue_at", "id"], name="ticket_queue_department", condition=OPEN),
            models.Index(fields=["queue_at", "id"], name="ticket_queue_all", condition=OPEN),
            # serve the tabs, and their counts
            models.Index(
                fields=["site", "lane", "queue_at", "id"],
                include=["department"],
                name="ticket_lane_site",
                condition=OPEN,
            ),
            models.Index(
                fields=["department", "lane", "queue_at", "id"], name="ticket_lane_department", condition=OPEN
            ),
            models.Index(fields=["lane", "queue_at", "id"], name="ticket_lane_all", condition=OPEN),
            models.Index(
                fields=["queue_at", "id"],
                include=["site", "department", "open_hand_ups"],
                name="ticket_queue_handed_up",
                condition=HANDED_UP,
            ),
            models.Index(
                fields=["resolve_due_at"],
                include=["site", "department", "queue_at", "id"],
                name="ticket_queue_overtime",
                condition=OPEN & Q(resolve_due_at__isnull=False),
            ),
            models.Index(
                fields=["overtime_asked_of", "queue_at", "id"],
                include=["site", "department"],
                name="ticket_overtime_asked",
                condition=OVERTIME_ASKED,
            ),
            models.Index(
                fields=["claim_with", "queue_at", "id"],
                include=["site", "department"],
                name="ticket_claim_with",
                condition=CLAIMED,
            ),
            # serves what a second department helps with
            GinIndex(fields=["also_with"], name="ticket_also_with", condition=OPEN & ~Q(also_with=[])),
            # serve the search: any part of a number or of a visitor's phone, and the beginning of a visitor's name
            GinIndex(OpClass("number", "gin_trgm_ops"), name="ticket_by_number"),
            GinIndex(OpClass("visitor_phone", "gin_trgm_ops"), name="ticket_by_visitor_phone"),
            models.Index(OpClass("visitor_name", "text_pattern_ops"), name="ticket_by_visitor_name"),
            # serves what is like a report just being typed: the site's newest, a bounded number of them; and the
            # figures of a month by department, severity and category, which read no ticket itself
            models.Index(
                fields=["site", "-received_at"],
                include=["id", "department", "severity", "category"],
                name="ticket_of_site_newest",
            ),
            # serves a resident's own list, newest first
            models.Index(fields=["reported_by", "-received_at", "-id"], name="ticket_of_resident"),
            # serves what figures leave out, and what a colleague reported
            models.Index(fields=["received_at"], name="ticket_void", condition=Q(status=Status.VOID)),
            models.Index(
                fields=["colleague", "-received_at"], name="ticket_of_colleague", condition=Q(colleague__isnull=False)
            ),
            # serves the month's callback rate
            models.Index(
                fields=["site", "informed_at"], name="ticket_informed", condition=Q(informed_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def title(self) -> str:
        return title_of(self.description)

    @property
    def who(self) -> str:
        return self.resident.name if self.resident else self.visitor_name

    @property
    def names_nobody(self) -> bool:
        """Anonymous 匿名: there is nobody to tell or to call back (C26)."""
        reporters = (self.resident_id, self.reported_by_id, self.colleague_id)
        return not any(reporters) and not self.visitor_name and not self.visitor_phone

    @property
    def names_no_caller(self) -> bool:
        """Nobody who could be called back: anonymous, or what a colleague saw himself."""
        outside = (self.resident_id, self.reported_by_id, self.visitor_phone)
        return not any(outside) and (self.colleague_id is not None or not self.visitor_name)

    def was_signed(self) -> bool:
        """Whether a department ever signed for it; one statement, unless the ticket was read with the answer."""
        known: bool | None = getattr(self, "signed", None)
        return self.events.filter(kind=Step.SIGN).exists() if known is None else known

    @property
    def is_over(self) -> bool:
        return self.status in OVER

    @property
    def has_form(self) -> bool:
        """Whether the department returns a form: what it handled, of the kinds that have one."""
        return self.kind in HAS_FORM and self.department_id is not None

    @property
    def url(self) -> str:
        return f"/tickets/{self.number}/"
