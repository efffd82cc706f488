"""The case library 案例库 (C17), and what repeats so often that its root should be looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Case, F, Func, IntegerField, Q, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.like_words import alike_from, all_pairs, pairs_of
from complaints.models.catalogue import Category
from complaints.models.tickets import Ticket
from portal.audit.models import APPEND_ONLY
from portal.organization.roles import DEPARTMENT, DESK, LEADERSHIP, MANAGEMENT

if TYPE_CHECKING:
    from portal.organization.models import User

SHORTEST = 2
MOST_COMPARED = 500
OF_ONE_CATEGORY = 3  # pairs that the same category is worth


class Shared(Func):
    """How many elements two arrays share."""

    template = "cardinality(ARRAY(SELECT unnest(%(expressions)s)))"
    arg_joiner = ") INTERSECT SELECT unnest("
    output_field = IntegerField()


class LibraryCaseQuerySet(models.QuerySet["LibraryCase"]):
    def visible_to(self, user: User) -> LibraryCaseQuerySet:
        """A case names nobody: whoever sees tickets anywhere learns from all of them."""
        seen = self if user.scope.holds(DESK | MANAGEMENT | DEPARTMENT) else self.none()
        return seen.exclude(ticket__in=Ticket.objects.void())  # what was made by mistake teaches nothing

    def matching(self, text: str) -> LibraryCaseQuerySet:
        """Those that hold every word of ``text``: two letters are answered by the pairs, more by the trigrams."""
        words = [word for word in normalize("NFKC", text.replace("\0", "")).lower().split() if len(word) >= SHORTEST]
        found = self if words else self.none()
        for word in words:
            is_pair = len(word) == SHORTEST
            found = found.filter(search_pairs__contains=[word]) if is_pair else found.filter(search_text__contains=word)
        return found

    def like(self, text: str, category_id: int | None = None) -> LibraryCaseQuerySet:
        """Those whose story shares most with ``text``, best first; of the newest that an index of pairs leads to."""
        pairs = pairs_of(normalize("NFKC", text).lower())
        if not pairs:
            return self.none()
        compared = LibraryCase.objects.filter(story_pairs__overlap=pairs).order_by("-pk").values("pk")[:MOST_COMPARED]
        held: Any = Value(pairs, output_field=ArrayField(models.CharField(max_length=2)))
        same = Case(When(category=category_id, then=Value(OF_ONE_CATEGORY)), default=Value(0))
        shared = Shared(F("story_pairs"), held)
        found = self.filter(pk__in=compared).annotate(shared=shared + same if category_id else shared)
        return found.filter(shared__gte=alike_from(pairs)).order_by("-shared", "-pk")


class LibraryCase(models.Model):
    """What one ticket has taught, without a word about anybody: cause, lesson and action 纠正预防措施."""

    ticket = models.OneToOneField(Ticket, models.PROTECT, related_name="case")
    category = models.ForeignKey(Category, models.PROTECT, null=True, related_name="+")
    department = models.ForeignKey("organization.Department", models.PROTECT, null=True, related_name="+")
    title = models.CharField(pgettext_lazy("case", "Title"), max_length=80)
    cause = models.TextField(_("Cause"))
    lesson = models.TextField(_("Lesson"))
    corrective = models.TextField(_("Corrective action"))
    preventive = models.TextField(_("Preventive action"))
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    version = models.PositiveIntegerField(default=0)
    # what the search looks through; and the pairs of the resident's own words with the title, for what is alike
    search_text = models.TextField(editable=False)
    search_pairs = ArrayField(models.CharField(max_length=2), editable=False)
    story_pairs = ArrayField(models.CharField(max_length=2), editable=False)

    objects = LibraryCaseQuerySet.as_manager()

    class Meta:
        indexes = (
            GinIndex(OpClass("search_text", "gin_trgm_ops"), name="case_by_text"),
            GinIndex(fields=["search_pairs"], name="case_by_pairs"),
            GinIndex(fields=["story_pairs"], name="case_by_story"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def url(self) -> str:
        return f"/cases/{self.pk}/"

    def index(self) -> None:
        words = [getattr(self, name) for name in CASE_TEXTS]
        self.search_text = "\n".join(normalize("NFKC", word).lower() for word in words)
        self.search_pairs = all_pairs(self.search_text)
        self.story_pairs = all_pairs(f"{self.title}\n{self.cause}\n{self.ticket.description}")


CASE_TEXTS = ("title", "cause", "lesson", "corrective", "preventive")


class CaseVersion(models.Model):
    """How a case read once: who wrote it so, and when."""

    case = models.ForeignKey(LibraryCase, models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    words = models.JSONField()  # by the names of CASE_TEXTS

    class Meta:
        constraints = (models.UniqueConstraint(fields=["case", "number"], name="case_version_once"),)
        triggers = (APPEND_ONLY,)


class RepeatQuerySet(models.QuerySet["Repeat"]):
    def visible_to(self, user: User) -> RepeatQuerySet:
        everywhere, sites = user.scope.sites_as(LEADERSHIP)
        return self if everywhere else self.filter(site__in=sites)


class Repeat(models.Model):
    """What came back three times in a season, at one unit or of one category in one building: look for its root?"""

    site = models.ForeignKey("organization.Site", models.PROTECT, related_name="+")
    unit = models.ForeignKey("residents.Unit", models.PROTECT, null=True, related_name="+")
    building = models.ForeignKey("residents.Building", models.PROTECT, null=True, related_name="+")
    category = models.ForeignKey(Category, models.PROTECT, null=True, related_name="+", db_index=False)
    tickets = models.ManyToManyField(Ticket, related_name="repeats")
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    root = models.OneToOneField(Ticket, models.PROTECT, null=True, related_name="root_of")
    reason = models.CharField(max_length=500, blank=True)

    objects = RepeatQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="repeat_of_a_unit_or_of_a_category_in_a_building",
                condition=Q(unit__isnull=False, building=None, category=None)
                | Q(unit=None, building__isnull=False, category__isnull=False),
            ),
            models.CheckConstraint(
                name="repeat_decided_either_way",
                condition=Q(decided_at=None, root=None, reason="")
                | Q(decided_at__isnull=False, root__isnull=False, reason="")
                | (Q(decided_at__isnull=False, root=None) & ~Q(reason="")),
            ),
        )
