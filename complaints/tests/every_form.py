"""Every form and every address that takes a query, each field with something good in it: what bad input starts from."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from bar_service.states import ActKind
from bar_service.tests.bar import in_the_bar
from bar_service.views.forms import FORMS as PRESSES
from complaints.dispositions import RegisterFilterForm
from complaints.forms import CallbackForm, FilterForm, RegisterForm
from complaints.models import Callback, Category, Ticket
from complaints.models.cases import CASE_TEXTS
from complaints.saved_views import save_view
from complaints.tests.house import House
from complaints.tests.test_access import (
    RESIDENT_CHANGES,
    STEPS,
    UNIT_CHANGES,
    in_the_archive,
    in_the_library,
    in_the_reports,
    on_a_visit,
)
from complaints.views.steps import SPECS
from portal.pages.forms import LooksForm
from residents.views import changing

TAKEN_BY = ("reception", "engineer", "engineering_head", "manager", "ops", "supervisor")
Form = tuple[str, str, str, dict[str, str]]
NO_FILE = "00000000-0000-4000-8000-000000000002"


def keep(text: str) -> str:
    return f"keep-{text}-\u4e2d"


def page_forms(house: House, ticket: Ticket, callback: Callback) -> dict[str, Form]:
    """By the name of the address: (who, method, address, every field with something good in it)."""
    where = f"/tickets/{ticket.number}/"
    department = str(house.departments["engineering"].pk)
    typed = {name: keep(name) for name in ("place", "about", "demand", "description")}
    register = dict.fromkeys(RegisterForm.base_fields, "") | typed | {
        "request_key": "00000000-0000-4000-8000-000000000001", "kind": "complaint", "channel": "counter",
        "room": "8-1-1203", "category": Category.objects.filter(parent=None)[0].code, "severity": "minor",
        "department": department, "dispatch_now": "on", "from_whom": "",
    }  # fmt: skip
    good = {"department": department, "how": "phone", "understood": "yes", "severity": "minor",
            "version": "", "seen": "", "text": keep("text"), "said": keep("said"), "waits_for": "resident",
            "until": "2030-01-01T10:00", "at": "2030-01-01T10:00",
            "on": "2030-01-01", "begins": "2030-01-01T10:00", "ends": "2030-01-01T12:00",
            "told_how": "phone", "decision": "granted",
            "turn": "1", "number": "YJW-20261121-9999", "person": str(house.reception_b.pk),
            "amount": "12.50", "kind": "complaint", "room": "8-1-1203", "reporter": "",
            "category": Category.objects.filter(parent=None)[0].code, "contact": "phone",
            "visitor_name": keep("visitor_name"), "visitor_phone": "", "no_phone": "", "wished_on": "",
            "occurred_at": "2026-11-21T10:00", **typed}  # fmt: skip
    steps = {
        f"complaints:step_{slug}": (
            next(name for name in TAKEN_BY if name in STEPS[slug]),
            "POST", f"{where}{slug}/",
            {name: good[name] for name in (spec.form.base_fields if spec.form else ("version", "seen"))} | {"next": ""},
        )
        for slug, spec in SPECS.items()
    }  # fmt: skip
    return steps | {
        "pages:sign_in": ("", "POST", "/login/", {"username": "nobody", "password": "x", "next": "/queue/"}),
        "pages:me": ("bar", "POST", "/me/", dict.fromkeys(LooksForm.base_fields, "")),
        "pages:password": (
            "bar", "POST", "/me/password/", dict.fromkeys(("old_password", "new_password1", "new_password2"), "x"),
        ),
        "pages:notifications": ("reception", "POST", "/notifications/", {"up_to": "1"}),
        "pages:set_language": ("", "POST", "/i18n/setlang/", {"language": "en", "next": "/me/"}),
        "complaints:register": ("reception", "POST", "/tickets/new/", register),
        "complaints:record_callback": (
            "reception_b", "POST", f"/callbacks/{callback.pk}/",
            dict.fromkeys(CallbackForm.base_fields, "") | {"outcome": "no_answer", "remarks": keep("remarks")},
        ),
        "complaints:queue": (
            "reception", "GET", "/queue/", dict.fromkeys(FilterForm.base_fields, "") | {"tab": "all", "from": ""},
        ),
        "complaints:report": (
            "engineer", "POST", "/tickets/report/",
            {"request_key": "00000000-0000-4000-8000-000000000003", "site": str(house.site.pk), "kind": "complaint",
             "channel": "inspection", "category": "", "description": keep("description"), "place": keep("place")},
        ),
        "complaints:residents": ("reception", "GET", "/tickets/new/residents/", {"q": "8-1-1203"}),
        "complaints:known": (
            "reception", "POST", "/tickets/new/known/",
            {"party": "1:1", "category": register["category"], "subcategory": "", "description": "x"},
        ),
        "complaints:ticket": ("reception", "GET", where, {"do": "dispatch", "log": "limits"}),
        "complaints:preview": ("reception", "GET", f"{where}preview/", {"from": "preview"}),
        "complaints:bulk": (
            "reception", "POST", "/queue/bulk/",
            {"ticket": f"{ticket.number}:1", "do": "note", "department": department, "text": "x", "next": ""},
        ),
        "complaints:views": (
            "reception", "POST", "/queue/views/",
            dict.fromkeys(FilterForm.base_fields, "") | {"tab": "all", "name": "keep"},
        ),
        "complaints:change_view": (
            "reception", "POST", f"/queue/views/{save_view(house.reception, 'x', {'tab': 'all'}).pk}/",
            {"do": "rename", "name": "keep"},
        ),
        "complaints:colleagues": ("reception", "GET", f"{where}colleagues/", {"q": "e"}),
        "complaints:slip": ("reception", "GET", f"{where}slip/", {"print": "1"}),
        "complaints:why": ("reception", "GET", f"{where}why/", {"timer": ""}),
        "complaints:form": ("reception", "GET", f"{where}form/", {"print": "1"}),
        "complaints:callbacks": ("reception", "GET", "/callbacks/", {"call": str(callback.pk)}),
        "complaints:callback_rate": (
            "manager", "GET", "/callbacks/rate/", {"of": "all", "by": "month", "month": "2026-11"},
        ),
        "complaints:callback_rows": (
            "manager", "GET", "/callbacks/rate/rows/",
            {"of": "all", "by": "department", "month": "2026-11", "group": department, "figure": "due", "page": "1"},
        ),
        "reports:now": ("manager", "GET", "/dashboard/", {}),
        "reports:wall": ("manager", "GET", "/dashboard/wall/", {"site": "1"}),
        "reports:sla": (
            "manager", "GET", "/reports/sla/",
            {"period": "2026-11", "site": "1", "target": "resolve", "by": "month", "causes": "1"},
        ),
        "reports:sla_rows": (
            "manager", "GET", "/reports/sla/rows/",
            {"period": "2026-W47", "target": "sign", "by": "department", "group": department, "figure": "late",
             "cause": "desk"},
        ),
        **library_forms(house, ticket),
        "pages:start": ("reception", "GET", "/", {}),
        "health": ("", "GET", "/health/", {}),
        "live": ("", "GET", "/health/live/", {}),
        "pages:robots": ("", "GET", "/robots.txt", {}),
        "pages:favicon": ("", "GET", "/favicon.ico", {}),
        "pages:sign_out": ("", "POST", "/logout/", {}),
        "complaints:undo": ("reception", "POST", f"{where}undo/", {"next": ""}),
        "complaints:incidents": ("supervisor", "GET", "/incidents/", {"page": "1"}),
        "complaints:incident": (
            "supervisor", "POST", f"{where}incident/",
            {"do": "mark", "what": keep("what"), "severity": "minor", "happened_at": "2026-11-21T10:00", "to": "x",
             "to_group": "x", "cause": "x", "course": "x", "measures": "x", "losses": "x"},
        ),
        "complaints:forum_posts": (
            "ops", "POST", "/forum/", {"do": "add", "text": keep("text"), "text_en": "", "courtesy": "1"},
        ),
        "complaints:forum_post": (
            "reception", "POST", f"{where}forum/",
            {"do": "note", "where": keep("where"), "posted_at": "2026-11-21T10:00", "passed_on_at": "2026-11-21T10:00",
             "watcher": "0", "text": "x", "courtesy": "1-zh", "draft": "1", "words": "x"},
        ),
        "complaints:later": (
            "engineer", "POST", f"{where}later/",
            {"key": NO_FILE, "slug": "progress", "writer": str(house.engineer.pk), "text": "x"},
        ),
        "arrivals:worker": ("", "GET", "/unsent-worker.js", {}),
        "complaints:presence": ("reception", "GET", f"{where}presence/", {}),
        "complaints:file": ("reception", "GET", f"{where}files/{NO_FILE}/", {}),
        "complaints:file_preview": ("reception", "GET", f"{where}files/{NO_FILE}/preview/", {}),
        "drafts:drafts": ("reception", "GET", "/me/drafts/", {}),
        "drafts:save": ("reception", "POST", "/me/drafts/save/", {"draft": "register", "place": "x"}),
        "drafts:discard": ("reception", "POST", "/me/drafts/discard/", {"draft": "register", "next": ""}),
        "drafts:add_file": ("reception", "POST", "/me/drafts/files/", {"draft": "register", "upload": "x"}),
        "drafts:preview": ("reception", "GET", f"/me/drafts/files/{NO_FILE}/", {}),
        "drafts:remove_file": ("reception", "POST", f"/me/drafts/files/{NO_FILE}/remove/", {"draft": "register"}),
        **accounts_forms(house), **archive_forms(house), **visit_forms(house), **bar_forms(house), **paper_forms(house),
    }  # fmt: skip


def library_forms(house: House, ticket: Ticket) -> dict[str, Form]:
    """The register, the case library and the common issues."""
    asked = dict.fromkeys(RegisterFilterForm.base_fields, "") | {"month": "2026-11", "kind": "any"}
    library = in_the_library(house)
    texts = dict.fromkeys(CASE_TEXTS, keep("text")) | {"title": keep("title"), "version": ""}
    narrowed = {"q": "灯管", "category": "power", "department": "engineering", "page": "1"}
    return {
        "complaints:write_case": ("engineer", "POST", f"/tickets/{library['settled']}/case/", texts),
        "complaints:similar": ("reception", "GET", f"/tickets/{ticket.number}/similar/", {}),
        "complaints:repeats": ("supervisor", "GET", "/cases/repeats/", {}),
        "complaints:decide_repeat": (
            "supervisor",
            "POST",
            f"/cases/repeats/{library['repeat']}/",
            {"do": "dismiss", "reason": keep("text")},
        ),
        "complaints:attach_to_issue": (
            "reception",
            "POST",
            f"/tickets/{ticket.number}/issue/",
            {"issue": "", "title": keep("text")},
        ),
        "complaints:issues": ("reception", "GET", "/common-issues/", {"page": "1"}),
        "complaints:published_issues": ("reception", "GET", "/common-issues/published/", {"month": "2026-11"}),
        "complaints:issue": (
            "reception",
            "POST",
            f"/common-issues/{library['issue']}/",
            {"do": "tell", "how": "phone", "text": keep("text"), "ticket": ticket.number, "number": ticket.number},
        ),
        "complaints:box": (
            "reception",
            "POST",
            "/suggestion-box/",
            {
                "request_key": "00000000-0000-4000-8000-000000000003",
                "opened_on": timezone.localdate().isoformat(),
                "slip-TOTAL_FORMS": "1",
                "slip-INITIAL_FORMS": "0",
                "slip-0-text": keep("text"),
                "slip-0-kind": "suggestion",
                "slip-0-category": "power",
                "slip-0-room": "8-1-1203",
                "slip-0-name": keep("name"),
            },
        ),
        "complaints:cases": ("reception", "GET", "/cases/", narrowed),
        "complaints:case": ("reception", "GET", f"/cases/{library['case']}/", {}),
        "complaints:dispositions": ("reception", "GET", "/tickets/register/", asked),
        "complaints:dispositions_paper": ("reception", "GET", "/tickets/register/print/", asked),
        "complaints:dispositions_export": ("supervisor", "GET", "/tickets/register/export.xlsx", asked),
    }


def accounts_forms(house: House) -> dict[str, Form]:
    """The administrator's forms, and those of one's own way in."""
    person, site = f"/settings/people/{house.bar.pk}/", f"s{house.site.pk}"
    facts = {"username": "bar", "name": "x", "phone": "1", "email": "a@example.com"}
    place = {"code": "NEW", "name": "x", "time_zone": "Asia/Shanghai"}
    department = {"site": str(house.site.pk), "code": "new", "name": "x", "name_en": "x", "outside_firm": "on"}
    rows = {"form-TOTAL_FORMS": "6", "form-INITIAL_FORMS": "0", "form-0-username": "new", "form-0-name": "x",
            "form-0-role": "receptionist", "form-0-place": site, "form-0-email": ""}  # fmt: skip
    company = {"name": "x", "hotline": "1"}
    admin = {
        "person_new": ("/settings/people/new/", {**facts, "role": "receptionist", "place": site}),
        "person": (person, facts),
        "give_role": (f"{person}roles/", {"role": "receptionist", "place": site}),
        "person_act": (f"{person}end-role/", {"membership": "1"}),
        "company": ("/settings/company/", company),
        "setup_company": ("/setup/company/", company),
        "sites": ("/settings/sites/", place),
        "setup_sites": ("/setup/sites/", place),
        "site": (f"/settings/sites/{house.site.pk}/", {"name": "x", "time_zone": "Asia/Shanghai"}),
        "departments": ("/settings/departments/", department),
        "setup_departments": ("/setup/departments/", {"site": str(house.site.pk), "take": "security", "outside": "x"}),
        "department": (f"/settings/departments/{house.departments['security'].pk}/", {"name": "x", "name_en": "x"}),
        "setup_people": ("/setup/people/", rows),
        "setup_check": ("/setup/check/", {}),
        "test_mail": ("/settings/mail/test/", {}),
        "mail_again": ("/settings/mail/1/again/", {}),
    }
    looks = {"settings": "/settings/", "people": "/settings/people/", "mail": "/settings/mail/", "setup": "/setup/",
             "setup_limits": "/setup/limits/", "lock_state": "/lock/state/"}  # fmt: skip
    found = {f"organization:{name}": ("admin", "POST", *rest) for name, rest in admin.items()}
    asked = {"q": "x", "site": "1", "state": "locked", "page": "1"}
    found |= {
        f"organization:{name}": ("admin", "GET", address, asked if name == "people" else {})
        for name, address in looks.items()
    }
    shares = dict.fromkeys(("requests_called", "satisfied", "in_limit", "coverage", "door_wait", "rest_days"), "50")
    aims = shares | {"rounds": "2", "a_day": "8", "tries": "3"}
    found |= {
        "reports:goals": ("admin", "POST", "/settings/goals/", aims),
        "reports:goals_site": ("admin", "POST", f"/settings/goals/{house.site.pk}/", aims),
    }
    unlock = {"secret": "x", "next": "/queue/", "kept": "{}"}
    return found | {
        "organization:lock": ("reception", "POST", "/lock/", unlock),
        "organization:lock_now": ("reception", "POST", "/lock/now/", {}),
        "organization:alive": ("reception", "POST", "/lock/alive/", {}),
        "organization:switch": ("", "POST", "/switch/", {"kept": "{}"}),
        "organization:forgotten": ("", "POST", "/password/forgotten/", {"email": "a@example.com"}),
        "organization:set_password": ("", "POST", "/password/no/link/", {"new_password1": "x", "new_password2": "x"}),
        "pages:pin": ("bar", "POST", "/me/pin/", {"pin": "4711", "pin_password": "x"}),
        "pages:which_messages": ("bar", "POST", "/me/notifications/", {"bell": "work", "email": "work"}),
    }


def archive_forms(house: House) -> dict[str, Form]:
    """The archive's own: what is changed, imported, shown and looked for."""
    rows = {name: str(value) for name, value in in_the_archive(house).items()}
    run = f"/residents/import/{rows['run']}/"
    good = {"name": keep("name"), "number": "13900001111", "relation": "owner", "text": keep("text"),
            "until": "2030-01-01", "plate": "粤B12345", "status": "occupied", "contact": "phone"}  # fmt: skip

    def form(kind: str, slug: str, of: str, fields: dict[str, object]) -> Form:
        said = {name: good.get(name, "") for name in fields} | {"of": of.partition("=")[2].format(**rows)}
        place = {"unit": "units", "resident": "people"}[kind]
        return "reception", "POST", f"/residents/{place}/{rows[kind]}/{slug}/", said

    changes = {
        f"residents:{kind}_{slug}": form(kind, slug, of, table[slug].form.base_fields)
        for kind, slugs, table in (
            ("unit", UNIT_CHANGES, changing.UNIT),
            ("resident", RESIDENT_CHANGES, changing.RESIDENT),
        )
        for slug, of in slugs.items()
    }
    looks = {
        "archive": "/residents/",
        "building": "/residents/buildings/YJW/8/",
        "unit": f"/residents/units/{rows['unit']}/",
        "resident": f"/residents/people/{rows['resident']}/",
        "shown_numbers": "/residents/shown/",
        "export": "/residents/export.xlsx",
        "import_template": "/residents/import/template.xlsx",
        "import": run,
        "import_problems": f"{run}problems.xlsx",
    }
    asked = {"q": "x", "page": "1", "week": "1", "before": "2026-01-01T00:00:00Z", "only": "refused", "site": "YJW"}
    shown = {"what": "phone", "id": rows["phone"], "reason": "other", "words": "x", "back": "/residents/"}
    return changes | {
        "residents:show": ("reception", "POST", "/residents/show/", shown),
        "residents:imports": ("supervisor", "POST", "/residents/import/", {"site": str(house.site.pk)}),
        "residents:export_whole": ("supervisor", "POST", "/residents/export/?site=YJW", {"reason": "x"}),
        "residents:import_columns": ("supervisor", "POST", f"{run}columns/", {"m0": "room"}),
        "residents:import_go": ("supervisor", "POST", f"{run}go/", {}),
        "residents:import_take_back": ("supervisor", "POST", f"{run}take-back/", {}),
        "pages:find": ("reception", "GET", "/find/", {"q": "x"}),
        **{f"residents:{name}": ("supervisor", "GET", address, asked) for name, address in looks.items()},
    }


def visit_forms(house: House) -> dict[str, Form]:
    """Booking, rounds, the steps of one visit, and what narrows the lists."""
    found, me = on_a_visit(house), str(house.reception.pk)
    where, unit = f"/visits/{found['visit']}/", house.homes[0].unit.uuid
    time = {"day": "2030-01-01", "clock": "10:00", "minutes": "30"}
    press = {"key": "", "ago": "", "writer": ""}
    asked = {"site": "YJW", "page": "1"}
    steps = {
        "call": {"outcome": "agreed", "how": "phone", "remarks": keep("remarks"), "people": me, **time},
        "staff": {"people": me},
        "start": {"reason": "x"},
        "knock": {},
        "enter": {"people": me, "reason": "x"},
        "opinion": {"text": "x", "topic": "lift", "ticket_kind": "suggestion", "ticket": "on"},
        "outcome": {"outcome": "done", "remarks": keep("remarks"), "satisfaction": "4", "note_left": "on",
                    "again_on": "2030-01-01", "band": "evening", **time},
    }  # fmt: skip
    looks = {
        "day": ("/visits/", {"day": "2026-11-21", "building": "8", "who": "me"}),
        "coverage": ("/visits/coverage/", {"show": "seen", "building": "8"}),
        "archive": ("/visits/archive/", {"q": "811203", "kind": "care", "status": "done", "since": "2026-01-01",
                                         "until": "2026-12-31"}),
        "opinions": ("/visits/opinions/", {"year": "2026", "topic": "lift"}),
        "building": ("/visits/buildings/8/", {}),
        "home": (f"/visits/homes/{unit}/", {}),
        "visit": (where, {}),
        "note": (f"{where}note/", {"print": "1"}),
    }  # fmt: skip
    booked = {"room": "8-1-1204", "kind": "care", "purpose": "x", "ticket": "", "called": "on", "people": me, **time}
    round_ = {"begins_on": "2030-01-01", "days": "2", "led_by": me, "people": me}
    return {
        **{f"visits:{name}": ("reception", "GET", address, asked | query) for name, (address, query) in looks.items()},
        **{f"visits:step_{one}": ("reception", "POST", f"{where}{one}/", says | press) for one, says in steps.items()},
        "visits:book": ("reception", "POST", "/visits/new/", booked | press),
        "visits:rounds": ("reception", "POST", "/visits/rounds/", round_ | press),
        "visits:to_ticket": (
            "reception", "POST", f"{where}opinions/{found['opinion']}/ticket/", {"ticket_kind": "suggestion"} | press,
        ),
    }  # fmt: skip


def bar_forms(house: House) -> dict[str, Form]:
    """The bar's presses, its pages and its settings."""
    there = in_the_bar(house)
    bar, table = str(there["bar"]), str(there["bar_table"])
    good = {"table": table, "size": "2", "quantity": "1", "reason": "leaving", "to": "x", "amount": "1",
            "expires_on": "2030-01-01", "checklist": "open", "text": "x", "hat_size": "L", "note": "x"}  # fmt: skip
    always = {"bar": bar, "back": "hall", "ago": "0", "writer": "", "do": "order"}
    of_sales = {ActKind.ASK, ActKind.WITHDRAW}
    presses = {
        f"bar_service:press_{kind.value}": (
            "sales" if kind in of_sales else "bar", "POST", f"/bar/press/{kind.value}/",
            {name: good.get(name, "1") for name in PRESSES[kind].base_fields} | always | {"key": str(UUID(int=n + 9))},
        )
        for n, kind in enumerate(ActKind)
    }  # fmt: skip
    row = {"kind": "table", "name": "x", "name_en": "x", "seats": "4", "smoking": "on", "rank": "1", "do": ""}
    settings = f"/bar/settings/{bar}/"
    asked = {"bar": bar, "day": "2026-11-21", "month": "2026-11", "figure": "orders", "drink": "1"}
    looks = {"gear": "/bar/gear/", "checklists": "/bar/checklists/", "checklist": "/bar/checklists/open/",
             "stock": "/bar/stock/", "shopping": "/bar/shopping/", "enquiries": "/bar/enquiries/"}  # fmt: skip
    return presses | {
        **{f"bar_service:{name}": ("bar", "GET", path, {"bar": bar}) for name, path in looks.items()},
        "bar_service:hall": ("bar", "GET", "/bar/", {"bar": bar, "table": table, "do": "order"}),
        "bar_service:sales": ("sales", "GET", "/bar/sales/", {"bar": bar}),
        "bar_service:figures": ("gm", "GET", "/bar/figures/", asked),
        "bar_service:figure_rows": ("gm", "GET", "/bar/figures/rows/", asked),
        "bar_service:settings": ("admin", "POST", "/bar/settings/", {"site": str(house.next_door.pk), "name": "x"}),
        "bar_service:settings_bar": (
            "admin", "POST", settings, {"name": "x", "servings_per_seat": "2", "weekdays": "1"},
        ),
        "bar_service:settings_rows": ("admin", "POST", f"{settings}tables/", row),
        "bar_service:settings_row": ("admin", "POST", f"{settings}tables/{table}/", row),
    }  # fmt: skip


def paper_forms(house: House) -> dict[str, Form]:
    """The reports: what is typed into one, and what the addresses ask."""
    of = in_the_reports(house)
    draft, issued = f"/reports/{of['draft']}/", f"/reports/{of['issued']}/"
    words = {"version": str(of["draft_version"]), "notes": keep("notes")}
    why = {"version": str(of["issued_version"]), "reason": keep("reason")}
    steps = {f"reports:step_{verb}": ("supervisor", "POST", f"{draft}{verb}/", words)
             for verb in ("write", "prepare", "count", "drop")}  # fmt: skip
    more = {f"reports:step_{verb}": ("supervisor", "POST", f"{issued}{verb}/", why)
            for verb in ("sign", "send-back", "correct", "publish")}  # fmt: skip
    asked = {
        "reports:reports": (
            "supervisor",
            "GET",
            "/reports/",
            {"site": str(house.site.pk), "day": "2026-11-20", "year": "2025"},
        ),
        "reports:report": ("supervisor", "GET", issued, {"edition": "1", "figure": "received"}),
        "reports:paper": ("supervisor", "GET", f"{issued}1/paper/", {}),
        "reports:file": ("supervisor", "GET", f"{issued}1.json", {}),
        "reports:check": ("supervisor", "GET", f"/reports/check/{of['sha256']}/", {}),
    }
    return {**steps, **more, **asked}
