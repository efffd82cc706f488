"""Tabs of the queue that people make themselves: a filter under a name, each person's own, ten at most."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.errors import NotPossible
from portal.organization.models import User

MOST_VIEWS = 10
FILTER = ("tab", "q", "severity", "department", "late")


class SavedView(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    name = models.CharField(gettext_lazy("name"), max_length=20)
    filter = models.JSONField()  # what narrows the queue, by the names of FILTER; what is empty is left out
    rank = models.PositiveSmallIntegerField()

    class Meta:
        app_label = "complaints"
        ordering = ("rank", "pk")
        constraints = (models.UniqueConstraint(fields=["user", "name"], name="saved_view_once_by_name"),)

    def __str__(self) -> str:
        return self.name


def kept_of(asked: dict[str, Any]) -> dict[str, Any]:
    return {name: asked[name] for name in FILTER if asked.get(name)}


@transaction.atomic
def save_view(user: User, name: str, asked: dict[str, Any]) -> SavedView:
    """Keep the filter under that name; a name that one has already gets the new filter. Raises NotPossible."""
    mine = _held(user)
    view = next((one for one in mine if one.name == name), None)
    if view is None:
        if len(mine) >= MOST_VIEWS:
            raise NotPossible(_("You have %(count)d views already. Delete one first.") % {"count": MOST_VIEWS})
        view = SavedView(user=user, name=name, rank=1 + max((one.rank for one in mine), default=0))
    view.filter = kept_of(asked)
    view.save()
    return view


@transaction.atomic
def rename_view(user: User, view_id: int, name: str) -> None:
    """Raises SavedView.DoesNotExist, and NotPossible for a name that another view has."""
    mine = _held(user)
    view = _one_of(mine, view_id)
    if any(one.name == name and one != view for one in mine):
        raise NotPossible(_("Another of your views is called “%(name)s”.") % {"name": name})
    view.name = name
    view.save(update_fields=["name"])


@transaction.atomic
def move_view(user: User, view_id: int, by: int) -> None:
    """One place to the left (-1) or to the right (1); at the end it stays. Raises SavedView.DoesNotExist."""
    mine = _held(user)
    at = mine.index(_one_of(mine, view_id))
    mine.insert(max(at + by, 0), mine.pop(at))
    for rank, view in enumerate(mine, 1):
        view.rank = rank
    SavedView.objects.bulk_update(mine, ["rank"])


def delete_view(user: User, view_id: int) -> None:
    SavedView.objects.filter(user=user, pk=view_id).delete()


def _held(user: User) -> list[SavedView]:
    """This person's views; whoever changes them next waits."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    return list(SavedView.objects.filter(user=user))


def _one_of(mine: list[SavedView], view_id: int) -> SavedView:
    for view in mine:
        if view.pk == view_id:
            return view
    raise SavedView.DoesNotExist
