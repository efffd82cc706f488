"""What the web server serves."""

import gc
import os

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


class Utf8Request(WSGIRequest):
    """Whatever is sent here is UTF-8, whatever its Content-Type claims.

    Django believes any codec that Python knows, ``zlib`` and ``base64`` among them, and fails to decode an address
    with it before any middleware or view is there to answer.
    """

    def _set_content_type_params(self, meta: dict[str, str]) -> None:
        try:
            self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except ValueError:
            self.content_type, self.content_params = "", {}
        self.content_params.pop("charset", None)


class Handler(WSGIHandler):
    request_class = Utf8Request


django.setup(set_prefix=False)
application = Handler()
# What is loaded by now stays for good: the collector need not walk through it again at every other request.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 50)
