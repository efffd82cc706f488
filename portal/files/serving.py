"""Sending a file to whoever the caller has found entitled to it. Never as a page of ours, never to be kept between."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404

from portal.files.models import StoredFile


def download(file: StoredFile) -> FileResponse:
    """The file itself, to be saved and not shown: with a policy under which nothing in it could act."""
    return _sent(file.path, file.content_type, as_attachment=True, filename=file.name)


def preview(file: StoredFile) -> FileResponse:
    """The small picture for the page. Raises Http404 for what has none."""
    if not file.preview:
        raise Http404
    return _sent(file.preview, "image/webp")


def _sent(path: str, content_type: str, **options: Any) -> FileResponse:
    try:
        response = FileResponse(default_storage.open(path), content_type=content_type, **options)
    except FileNotFoundError:
        raise Http404 from None
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
