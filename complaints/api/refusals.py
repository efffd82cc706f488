"""What the services refuse, as problems: the title says what the desk's page would say."""

from __future__ import annotations

from complaints.errors import NotYours, Refusal
from portal.api.problems import Problem


def as_problem(refusal: Refusal) -> Problem:
    status = 403 if isinstance(refusal, NotYours) else 409
    return Problem(status, refusal.user_message, title=refusal.user_message)
