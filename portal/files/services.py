"""Taking files in, and sweeping what nobody refers to. The storage is Django's."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from portal.files import owners
from portal.files.documents import check_pdf
from portal.files.images import ENDINGS, remade
from portal.files.limits import MOST_BYTES
from portal.files.models import StoredFile
from portal.files.names import clean_name
from portal.files.refusals import FileRefused
from portal.promises import clock

if TYPE_CHECKING:
    from portal.organization.models import User

logger = logging.getLogger(__name__)

UNREFERRED_FOR = timedelta(days=1)
BATCH = 500


def take_in(sent: UploadedFile[bytes], *, by: User | None) -> StoredFile:
    """Check what was sent, by its content, and keep it: a picture made anew, a PDF as it is. Raises FileRefused.

    The bytes are written before the row. Where the caller's transaction fails they are left, and swept after a day.
    """
    if not sent.size:
        raise FileRefused(_("This file is empty."))
    if sent.size > MOST_BYTES:
        raise FileRefused(_("This file is larger than 10 MB."), 413)
    sent.seek(0)
    picture = remade(sent)
    if picture is not None:
        kind, content, preview = picture
        ending, content_type = ENDINGS[kind], f"image/{kind.lower()}"
    else:
        sent.seek(0)
        content, preview, ending, content_type = sent.read(), b"", "pdf", "application/pdf"
        if not check_pdf(content):
            raise FileRefused(_("Photos (JPEG, PNG, WebP, HEIC) and PDF documents are taken; this file is neither."))
    folder = f"{clock.now():%Y/%m}"
    return StoredFile.objects.create(
        name=clean_name(sent.name or "", ending),
        size=len(content),
        content_type=content_type,
        sha256=hashlib.sha256(content).hexdigest(),
        path=_write(folder, ending, content),
        preview=_write(folder, "webp", preview) if preview else "",
        made_at=clock.now(),
        made_by=by,
    )


def _write(folder: str, ending: str, content: bytes) -> str:
    try:
        return default_storage.save(f"{folder}/{secrets.token_hex(16)}.{ending}", ContentFile(content))
    except OSError:
        logger.exception("a file could not be stored")
        raise FileRefused(_("There is no room for files just now. Please tell the administrator."), 507) from None


def unreferred(made_before: datetime) -> Iterator[list[StoredFile]]:
    """Rows that no owner names, in batches."""
    rows = StoredFile.objects.filter(made_at__lt=made_before)
    for owned in owners.all_owned():
        rows = rows.filter(~Exists(owned.filter(file=OuterRef("pk"))))
    while found := list(rows.order_by("pk")[:BATCH]):
        yield found


def sweep_orphans() -> int:
    """Delete files to which nothing has referred for a day, and bytes that have no row; return how many.

    First the row, then its bytes: what dies in between leaves bytes without a row, which the second part finds.
    """
    before = clock.now() - UNREFERRED_FOR
    swept = 0
    for batch in unreferred(before):
        StoredFile.objects.filter(pk__in=[file.pk for file in batch]).delete()
        for path in [path for file in batch for path in (file.path, file.preview) if path]:
            default_storage.delete(path)
        swept += len(batch)
    for batch_of_paths in _stored_paths(before):
        known = set(StoredFile.objects.filter(path__in=batch_of_paths).values_list("path", flat=True))
        known |= set(StoredFile.objects.filter(preview__in=batch_of_paths).values_list("preview", flat=True))
        for path in set(batch_of_paths) - known:
            default_storage.delete(path)
            swept += 1
    return swept


def _stored_paths(before: datetime) -> Iterator[list[str]]:
    """What lies in this month's and last month's folders since before that moment: older leftovers are long gone."""
    for month in {f"{before:%Y/%m}", f"{before - timedelta(days=28):%Y/%m}"}:
        try:
            _folders, names = default_storage.listdir(month)
        except FileNotFoundError:
            continue
        paths = [f"{month}/{name}" for name in names]
        for start in range(0, len(paths), BATCH):
            part = paths[start : start + BATCH]
            yield [path for path in part if default_storage.get_modified_time(path) < before]
