"""A mail server for the drills: takes every mail and writes "receiver Message-ID" to a file before it says yes.

python -m drills.post_office PORT FILE
"""

from __future__ import annotations

import os
import socketserver
import sys
from pathlib import Path


class Counter(socketserver.StreamRequestHandler):
    """As much SMTP as Python's smtplib speaks."""

    def handle(self) -> None:
        receivers: list[str] = []
        self._say("220 drill")
        while line := self.rfile.readline().decode(errors="replace").strip():
            verb = line[:4].upper()
            if verb == "RCPT":
                receivers.append(line.partition("<")[2].rstrip(">"))
            if verb == "DATA":
                self._say("354 go on")
                self._write_down(receivers, self._read_mail())
                receivers = []
            self._say("221 bye" if verb == "QUIT" else "250 drill")
            if verb == "QUIT":
                return

    def _read_mail(self) -> str:
        reference = ""
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            if line.lower().startswith(b"message-id:"):
                reference = line.decode().partition(":")[2].strip()
        return reference

    def _write_down(self, receivers: list[str], reference: str) -> None:
        with Path(sys.argv[2]).open("a", encoding="utf-8") as book:
            book.writelines(f"{receiver} {reference}\n" for receiver in receivers)
            book.flush()
            os.fsync(book.fileno())

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class Office(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


if __name__ == "__main__":
    with Office(("127.0.0.1", int(sys.argv[1])), Counter) as office:
        office.serve_forever()
