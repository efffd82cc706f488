"""A draft as a form's page needs it: its key, what it holds, its files, and when it was saved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.drafts.models import Draft
from portal.files.models import StoredFile
from portal.organization.models import User
from portal.pages import moments

OF_THE_PAGE = frozenset({"version", "seen", "tried", "next"})


@dataclass
class FormDraft:
    """``offered`` is set where the form opens with what an earlier visit left."""

    key: str
    version: int = 0
    typed: dict[str, str] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)
    offered: str = ""

    def without_offer(self) -> FormDraft:
        """For a page that shows what was sent a moment ago: that goes before what the draft says."""
        self.offered = ""
        return self

    @property
    def words(self) -> dict[str, str]:
        """What was typed and chosen, without what a fresh page knows better."""
        return {name: value for name, value in self.typed.items() if name not in OF_THE_PAGE}


def of_form(user: User, key: str) -> FormDraft:
    """The draft of one form; one statement."""
    return of_forms(user, Draft.objects.visible_to(user).filter(key=key).with_files(), [key])[key]


def of_forms(user: User, drafts: Iterable[Draft], keys: Iterable[str]) -> dict[str, FormDraft]:
    """Those of a page's forms, from drafts that were read with their files. Other people's are left out."""
    found = {key: FormDraft(key) for key in keys}
    zone = timezone.get_current_timezone()
    for draft in drafts:
        if draft.user_id == user.pk and draft.key in found:
            words = _("Draft of %(moment)s") % {"moment": moments.with_today(draft.saved_at, zone)}
            files = [_facts(**one) for one in draft.held]  # type: ignore[attr-defined]
            found[draft.key] = FormDraft(draft.key, draft.version, draft.typed(), files, words)
    return found


def file_facts(file: StoredFile) -> dict[str, Any]:
    return _facts(str(file.uuid), file.name, file.size, file.preview)


def _facts(uuid: str, name: str, size: int, preview: str) -> dict[str, Any]:
    address = f"/me/drafts/files/{uuid}/"
    return {
        "id": uuid,
        "name": name,
        "size": size,
        "preview": address if preview else "",
        "remove": f"{address}remove/",
    }
