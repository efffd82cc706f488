"""Keeping, offering and using up drafts. Each belongs to one person and is gone when its form is sent."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from portal.drafts.models import Draft, DraftFile
from portal.files.limits import MOST_FILES
from portal.files.models import StoredFile
from portal.files.refusals import FileRefused
from portal.files.services import take_in
from portal.promises import clock

if TYPE_CHECKING:
    from portal.organization.models import User

KEPT_FOR = timedelta(days=30)
MOST_DRAFTS = 100  # of one person; the oldest gives way
MOST_BYTES = 100_000
MOST_FIELDS = 60

Fields = list[tuple[str, str]]


class SavedElsewhere(Exception):
    """Another tab or device has saved, sent or discarded this form meanwhile. ``draft`` is what is there now."""

    def __init__(self, draft: Draft | None) -> None:
        super().__init__("the draft changed meanwhile")
        self.draft = draft


class TooMuch(Exception):
    """More than any form of ours holds."""


@transaction.atomic
def save(user: User, key: str, fields: Fields, version: int) -> Draft:
    """Keep what is typed. ``version`` is what the form last knew, 0 for none. Raises SavedElsewhere and TooMuch."""
    if len(fields) > MOST_FIELDS or len(json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace")) > MOST_BYTES:
        raise TooMuch
    draft = _locked(user, key)
    if (draft.version if draft else 0) != version:
        raise SavedElsewhere(draft)
    if draft is None:
        draft, made = Draft.objects.get_or_create(
            user=user, key=key, defaults={"fields": fields, "saved_at": clock.now()}
        )
        if not made:  # two tabs in the same moment
            raise SavedElsewhere(draft)
        _give_way(user)
        return draft
    draft.fields, draft.version, draft.saved_at = fields, draft.version + 1, clock.now()
    draft.save(update_fields=["fields", "version", "saved_at"])
    return draft


def add_file(user: User, key: str, sent: UploadedFile[bytes], upload: UUID | None = None) -> StoredFile:
    """Check a file and keep it with the draft, which begins with it where there is none. Raises FileRefused.

    The same ``upload`` again gives the file that is there.
    """
    upload = upload or uuid4()
    before = DraftFile.objects.select_related("file").filter(draft__user=user, draft__key=key, upload=upload).first()
    if before is not None:
        return before.file
    file = take_in(sent, by=user)  # outside the transaction: it takes its time
    with transaction.atomic():
        draft, _made = Draft.objects.get_or_create(user=user, key=key, defaults={"saved_at": clock.now(), "version": 0})
        Draft.objects.select_for_update(no_key=True).get(pk=draft.pk)
        if draft.files.count() >= MOST_FILES:
            raise FileRefused(_("At most %(count)d files go with one message.") % {"count": MOST_FILES})
        kept, _made = DraftFile.objects.get_or_create(draft=draft, upload=upload, defaults={"file": file})
    return kept.file


def add_files(user: User, key: str, sent: Iterable[UploadedFile[bytes]]) -> None:
    """Those that came with the form itself: also a form that is refused keeps them. Raises FileRefused."""
    refused: list[FileRefused] = []
    for one in sent:
        try:
            add_file(user, key, one)
        except FileRefused as refusal:  # the others are kept all the same
            refused.append(refusal)
    if refused:
        raise refused[0]


def remove_file(user: User, file: UUID) -> str:
    """Take a file out of its draft; the sweep deletes it. Returns the draft's key, empty where there was none."""
    found = DraftFile.objects.select_related("draft").filter(draft__user=user, file__uuid=file).first()
    if found is None:
        return ""
    found.delete()
    return found.draft.key


def use_up(user: User, key: str) -> list[StoredFile]:
    """The form is sent: the draft goes, its files pass to what was sent. Within the caller's transaction."""
    draft = _locked(user, key)
    if draft is None:
        return []
    files = [one.file for one in draft.files.select_related("file")]
    draft.delete()
    return files


def discard(user: User, key: str) -> None:
    """Its writer does not want it; its files are swept later."""
    Draft.objects.visible_to(user).filter(key=key).delete()


def forget_old() -> int:
    """Delete drafts that nobody has touched for 30 days; return how many."""
    return Draft.objects.filter(saved_at__lt=clock.now() - KEPT_FOR).delete()[1].get("drafts.Draft", 0)


def _locked(user: User, key: str) -> Draft | None:
    return Draft.objects.select_for_update().filter(user=user, key=key).first()


def _give_way(user: User) -> None:
    kept = Draft.objects.filter(user=user).order_by("-saved_at").values("pk")[:MOST_DRAFTS]
    Draft.objects.filter(user=user).exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
