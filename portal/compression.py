"""Pages are compressed; the API is not, since compressing would weaken its strong ETags."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class PageCompression(GZipMiddleware):
    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.path_info.startswith("/api/") or response.streaming:  # a photo is as small as it gets
            return response
        return super().process_response(request, response)
