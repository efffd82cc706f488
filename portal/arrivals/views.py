from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

WORKER = Path(settings.BASE_DIR) / "static/js/unsent-worker.js"


@never_cache
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The script that opens a page again without a line; from the top, so that it may answer for every page."""
    return HttpResponse(WORKER.read_bytes(), content_type="text/javascript")
