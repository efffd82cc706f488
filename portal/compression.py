"""Static files and pages are compressed; the API is not, since compressing would weaken its strong ETags."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class PageCompression(GZipMiddleware):
    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.path_info.startswith("/api/") or response.streaming:  # a photo is as small as it gets
            return response
        return super().process_response(request, response)


class StaticFiles(CompressedManifestStaticFilesStorage):
    """By gzip alone: WeasyPrint brings brotli along, and with it collecting would take a minute and a half."""

    def create_compressor(self, **options: Any) -> Compressor:
        return super().create_compressor(use_brotli=False, **options)
