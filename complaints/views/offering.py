"""What the counter form offers: categories by their digits, the limits of each severity, what to say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from complaints.models import Category
from complaints.phrases import phrase_texts
from complaints.remembered import categories
from complaints.states import Kind, Severity, Target
from complaints.views import shown
from portal.organization.models import Site
from portal.pages.countdown import amount_words
from portal.pages.houses import departments_at
from portal.promises import policies
from portal.promises.limits import Rule

DIGITS = 9  # as many categories have a key
FALLBACK_DEPARTMENT = "customer_service"


def category_of(typed: Any) -> Category | None:
    code = (typed.get("subcategory") or typed.get("category") or "")[:30]
    return categories().get(code)


def shown_categories(site: Site, chosen: dict[str, str]) -> dict[str, Any]:
    """Level 1 with its digits, the rest behind one line, level 2 in groups; their order is the rank of the rows."""
    names = {department.code: str(department) for department in departments_at(site.pk)}
    fallback = names.get(FALLBACK_DEPARTMENT, "")

    dangerous = {one.parent_id or one.pk for one in categories().values() if one.dangerous}

    def line(category: Category, picked: str) -> dict[str, Any]:
        return {
            "code": category.code,
            "name": str(category),
            "severity": category.severity,
            "urgent": category.urgent or category.dangerous,
            "asks": category.parent_id is None and category.pk in dangerous,
            "department": names.get(category.department_code, fallback),
            "chosen": category.code == picked,
        }

    coarse = [category for category in categories().values() if category.parent_id is None]
    finer: dict[int, list[dict[str, Any]]] = {}
    for category in categories().values():
        if category.parent_id is not None:
            finer.setdefault(category.parent_id, []).append(line(category, chosen["subcategory"]))
    lines = [line(category, chosen["category"]) for category in coarse]
    return {
        "first": lines[:DIGITS],
        "rest": lines[DIGITS:],
        "rest_chosen": any(one["chosen"] for one in lines[DIGITS:]),
        "finer": [{"name": str(one), "code": one.code, "lines": finer[one.pk]} for one in coarse if one.pk in finer],
    }


def limits_by_kind(site_id: int, severity: Severity, chosen: str) -> list[dict[str, Any]]:
    """The limits of each kind, those of the chosen one shown; the script shows the others when the kind changes."""
    found: dict[str, list[str]] = {}
    for kind in Kind:
        found.setdefault(limits_in_words(site_id, kind, severity), []).append(kind)
    return [
        {"kinds": " ".join(kinds), "words": words, "hidden": chosen not in kinds}
        for words, kinds in found.items()
        if words
    ]


PROMISED_TO_RESIDENTS = (Target.REPLY, Target.RESOLVE)
PROMISED = (*PROMISED_TO_RESIDENTS, Target.HAND_UP_SUPERVISING_MANAGER, Target.HAND_UP_GENERAL_MANAGER)


def limits_in_words(site_id: int, kind: Kind, severity: Severity, targets: Iterable[Target] = PROMISED) -> str:
    """What that severity promises, from its policy: "reply 2 d, resolve 10 d"."""
    policy = policies.policy_for(site_id, kind, severity, "")
    if policy is None:
        return ""
    said = []
    for target in targets:
        row = policy.for_turn(target)
        if row is None:
            continue
        limit = policies.limit_of(row)
        what = str(shown.DUE[target])
        if limit.rule == Rule.END_OF_LOCAL_DAY:
            said.append(_("%(what)s the same day") % {"what": what})
        else:
            said.append(pgettext("limit", "%(what)s %(limit)s") % {"what": what, "limit": amount_words(limit.amount)})
    return pgettext("between limits", ", ").join(said)


def phrases_of(kind: str) -> dict[str, Any]:
    """What to say, with the places that the script fills once resident and category are known."""
    texts = phrase_texts(get_language() or "")
    return {
        "openings": [
            {
                "first": first,
                "text": _with_places(texts.get(code, "")),
                "kinds": " ".join(kinds),
                "hidden": kind not in kinds,
            }
            for first, code, kinds in (
                (_("First say sorry:"), "complaint_open", [Kind.COMPLAINT]),
                (_("Say:"), "service_reply", [Kind.SERVICE_REQUEST, Kind.HELP]),
                (_("Say:"), "phone_hold", [Kind.ENQUIRY]),  # nobody is sent to an enquiry, a suggestion or praise
            )
        ],
        "later": [
            {"when": _("Read it back"), "text": texts.get("complaint_readback", "")},
            {"when": _("At the end"), "text": texts.get("complaint_close", "")},
        ],
    }


def _with_places(text: str) -> SafeString:
    escaped = str(conditional_escape(text))
    for token, css, filler in (
        ("{resident}", "data-who", _("Sir or madam")),
        ("{department}", "data-sorry", _("our department")),
    ):
        escaped = escaped.replace(token, format_html("<span {}>{}</span>", mark_safe(css), filler))  # noqa: S308 - a constant
    return mark_safe(escaped)  # noqa: S308 - escaped above
