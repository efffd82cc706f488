"""How much may come in one form: nine files of 10 MB; Django itself writes what is large to the disk as it comes."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

from portal.files.limits import MOST_BYTES, MOST_FILES

MOST_OF_A_FORM = MOST_FILES * MOST_BYTES + 1024 * 1024


class NotEndless(FileUploadHandler):
    """Refuses a form that says it is larger, before its first byte is read."""

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *args: Any, **kwargs: Any) -> None:  # noqa: N803
        if content_length > MOST_OF_A_FORM:
            raise RequestDataTooBig("The files are larger than all together may be.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
