"""Rows whose bytes are gone."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.files.storage import default_storage

from portal.files.models import StoredFile


def findings() -> Iterator[str]:
    for file in StoredFile.objects.only("uuid", "path", "preview").order_by("pk").iterator(1000):
        if not all(default_storage.exists(path) for path in (file.path, file.preview) if path):
            yield f"file {file.uuid} has a row and its bytes are gone: put them back from a backup"
