"""Every page, form and API operation against every caller. One missing from the table fails the suite."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.module_loading import import_string
from drf_spectacular.generators import SchemaGenerator

from bar_service.states import ActKind
from bar_service.tests.bar import in_the_bar
from complaints.models import Callback, Repeat
from complaints.models.cases import CASE_TEXTS
from complaints.saved_views import save_view
from complaints.services import attach_to_step, note_inside, open_issue, write_case
from complaints.states import CallbackOutcome
from complaints.tests.house import MORNING, STAFF, House
from portal.drafts import services as drafts
from portal.files.services import take_in
from portal.files.tests.photos import photo
from portal.notifications.models import Message
from portal.organization.roles import DESK, LEADERSHIP, MANAGEMENT, Role
from residents import services
from residents.access import issue_token
from residents.models import ImportRun, Residence

ANYBODY = frozenset({"anonymous", "resident", *STAFF, "neighbour"})
SIGNED_IN = ANYBODY - {"anonymous", "resident"}
DESK_PEOPLE = frozenset(name for name, (role, _department) in STAFF.items() if role in DESK)
MANAGERS = frozenset(name for name, (role, _department) in STAFF.items() if role in MANAGEMENT)
HEADS = frozenset(name for name, (role, _department) in STAFF.items() if role == Role.DEPARTMENT_HEAD)
LEADERS = frozenset(name for name, (role, _department) in STAFF.items() if role in LEADERSHIP)
RECEPTIONISTS = frozenset({"reception", "reception_b"})
ENGINEERING = frozenset({"engineer", "engineer_b", "engineering_head"})
DEPARTMENTS = ENGINEERING | {"guard", "security_head", "gardener"}
SEE_TICKETS = DESK_PEOPLE | MANAGERS | DEPARTMENTS
SEE_THIS_TICKET = DESK_PEOPLE | MANAGERS | ENGINEERING
READ_THE_REGISTER = DESK_PEOPLE | MANAGERS | {"engineering_head", "security_head", "neighbour"}
SEE_ISSUES = DESK_PEOPLE | MANAGERS
OF_A_DESK = DESK_PEOPLE | {"neighbour"}
ADMINISTRATORS = frozenset({"admin"})

OF_THE_ARCHIVE = DESK_PEOPLE | MANAGERS
EXPORTERS = frozenset({"supervisor", "service_manager", "director", "gm"})
IMPORTERS = frozenset({"supervisor", "service_manager", "admin"})
UNIT_CHANGES = {
    "move-in": "",
    "move-out": "?of={residence}",
    "note": "",
    "end-note": "?of={note}",
    "vehicle": "",
    "end-vehicle": "?of={vehicle}",
    "change": "",
}
RESIDENT_CHANGES = {"change": "", "phone": "", "drop-phone": "?of={phone}", "identity": "", "sign-out": ""}

# Of a visit that an engineer comes along to: he sees this one and takes its steps, but who goes is the desk's.
ARRANGE_VISITS = DESK_PEOPLE | MANAGERS
ON_THIS_VISIT = ARRANGE_VISITS | {"engineer"}
VISITS: dict[str, tuple[str, str, frozenset[str]]] = {
    "visits:day": ("get", "/visits/", SEE_TICKETS | {"neighbour"}),
    **{
        f"visits:{name}": ("get", f"/visits/{address}/", ARRANGE_VISITS | {"neighbour"})
        for name, address in {
            "book": "new",
            "rounds": "rounds",
            "coverage": "coverage",
            "archive": "archive",
            "opinions": "opinions",
            "building": "buildings/8",
        }.items()
    },
    "visits:home": ("get", "/visits/homes/{unit}/", ARRANGE_VISITS),
    "visits:visit": ("get", "/visits/{visit}/", ON_THIS_VISIT),
    "visits:note": ("get", "/visits/{visit}/note/", ON_THIS_VISIT),
    "visits:to_ticket": ("post", "/visits/{visit}/opinions/{opinion}/ticket/", ARRANGE_VISITS),
    **{
        f"visits:step_{slug}": ("post", f"/visits/{{visit}}/{slug}/", ON_THIS_VISIT)
        for slug in ("call", "start", "knock", "enter", "opinion", "outcome")
    },
    "visits:step_staff": ("post", "/visits/{visit}/staff/", ARRANGE_VISITS),
}
SERVE_AT_THE_BAR = frozenset({"bar", "supervisor"})
OF_SALES = frozenset({"sales"})
KEEP_THE_BAR = frozenset({"supervisor", "admin"})
PRESSES_OF_SALES = {ActKind.ASK: OF_SALES, ActKind.WITHDRAW: OF_SALES, ActKind.ANSWER: SERVE_AT_THE_BAR | OF_SALES,
                    ActKind.UNDO: SERVE_AT_THE_BAR | OF_SALES}  # fmt: skip
BAR = {
    "hall": ("get", "/bar/", SERVE_AT_THE_BAR),
    "gear": ("get", "/bar/gear/", SERVE_AT_THE_BAR),
    "checklists": ("get", "/bar/checklists/", SERVE_AT_THE_BAR),
    "checklist": ("get", "/bar/checklists/close/", SERVE_AT_THE_BAR),
    "stock": ("get", "/bar/stock/", SERVE_AT_THE_BAR),
    "shopping": ("get", "/bar/shopping/", SERVE_AT_THE_BAR),
    "enquiries": ("get", "/bar/enquiries/", SERVE_AT_THE_BAR),
    "sales": ("get", "/bar/sales/", OF_SALES),
    "figures": ("get", "/bar/figures/", SERVE_AT_THE_BAR | LEADERS),
    "figure_rows": ("get", "/bar/figures/rows/?figure=late", SERVE_AT_THE_BAR | LEADERS),
    "settings": ("get", "/bar/settings/", KEEP_THE_BAR),
    "settings_bar": ("get", "/bar/settings/{bar}/", KEEP_THE_BAR),
    "settings_rows": ("get", "/bar/settings/{bar}/tables/", KEEP_THE_BAR),
    "settings_row": ("get", "/bar/settings/{bar}/tables/{bar_table}/", KEEP_THE_BAR),
} | {
    f"press_{kind.value}": ("post", f"/bar/press/{kind.value}/", PRESSES_OF_SALES.get(kind, SERVE_AT_THE_BAR))
    for kind in ActKind
}

PAPER_STEPS = ("write", "prepare", "count", "sign", "send-back", "correct", "drop", "publish")
REPORTS = {
    "reports:reports": ("get", "/reports/", LEADERS),
    "reports:report": ("get", "/reports/{draft}/?figure=received", LEADERS),
    "reports:check": ("get", "/reports/check/{sha256}/", LEADERS),
    "reports:file": ("get", "/reports/{issued}/1.xlsx", LEADERS),
    "reports:paper": ("get", "/reports/{issued}/1/paper/", LEADERS),
    # Who of them may not take a step is told so on the page.
    **{f"reports:step_{verb}": ("post", f"/reports/{{draft}}/{verb}/", LEADERS) for verb in PAPER_STEPS},
}
PAGES: dict[str, tuple[str, str, frozenset[str]]] = {
    # name: (method, address, who gets in)
    "health": ("get", "/health/", ANYBODY),
    "live": ("get", "/health/live/", ANYBODY),
    "pages:start": ("get", "/", SIGNED_IN),
    "pages:sign_in": ("get", "/login/", ANYBODY),
    "pages:sign_out": ("post", "/logout/", SIGNED_IN),
    "pages:me": ("get", "/me/", SIGNED_IN),
    "pages:password": ("post", "/me/password/", SIGNED_IN),
    "pages:notifications": ("get", "/notifications/", SIGNED_IN),
    "drafts:drafts": ("get", "/me/drafts/", SIGNED_IN),
    "drafts:save": ("post", "/me/drafts/save/", SIGNED_IN),
    "drafts:add_file": ("post", "/me/drafts/files/", SIGNED_IN),
    "drafts:preview": ("get", "/me/drafts/files/{file}/", frozenset({"reception"})),
    "drafts:remove_file": ("post", "/me/drafts/files/{file}/remove/", SIGNED_IN),
    "drafts:discard": ("post", "/me/drafts/discard/", SIGNED_IN),
    "pages:set_language": ("post", "/i18n/setlang/", ANYBODY),
    "pages:robots": ("get", "/robots.txt", ANYBODY),
    "pages:favicon": ("get", "/favicon.ico", ANYBODY),
    "pages:find": ("get", "/find/?q=811203", SIGNED_IN),
    "residents:archive": ("get", "/residents/?q=811203", OF_THE_ARCHIVE | {"neighbour"}),
    "residents:building": ("get", "/residents/buildings/YJW/8/", OF_THE_ARCHIVE),
    "residents:unit": ("get", "/residents/units/{unit}/", OF_THE_ARCHIVE),
    "residents:resident": ("get", "/residents/people/{resident}/", OF_THE_ARCHIVE),
    "residents:show": ("post", "/residents/show/", OF_THE_ARCHIVE | ENGINEERING),  # whose open ticket it is
    "residents:shown_numbers": ("get", "/residents/shown/", LEADERS - {"leader"}),
    "residents:export": ("get", "/residents/export.xlsx?site=YJW", EXPORTERS),
    "residents:export_whole": ("get", "/residents/export/?site=YJW", EXPORTERS),
    "residents:imports": ("get", "/residents/import/", IMPORTERS),
    "residents:import_template": ("get", "/residents/import/template.xlsx", IMPORTERS),
    "residents:import": ("get", "/residents/import/{run}/", IMPORTERS),
    "residents:import_columns": ("post", "/residents/import/{run}/columns/", IMPORTERS),
    "residents:import_go": ("post", "/residents/import/{run}/go/", IMPORTERS),
    "residents:import_take_back": ("post", "/residents/import/{run}/take-back/", IMPORTERS),
    "residents:import_problems": ("get", "/residents/import/{run}/problems.xlsx", IMPORTERS),
    **{
        f"residents:unit_{slug}": ("get", f"/residents/units/{{unit}}/{slug}/{of}", DESK_PEOPLE)
        for slug, of in UNIT_CHANGES.items()
    },
    **{
        f"residents:resident_{slug}": ("get", f"/residents/people/{{resident}}/{slug}/{of}", DESK_PEOPLE)
        for slug, of in RESIDENT_CHANGES.items()
    },
    "pages:pin": ("post", "/me/pin/", SIGNED_IN),
    "organization:lock": ("get", "/lock/", SIGNED_IN),
    "organization:lock_now": ("post", "/lock/now/", SIGNED_IN),
    "organization:alive": ("post", "/lock/alive/", SIGNED_IN),
    "organization:lock_state": ("get", "/lock/state/", ANYBODY),
    "organization:switch": ("post", "/switch/", SIGNED_IN),
    "pages:which_messages": ("get", "/me/notifications/", SIGNED_IN),
    "organization:settings": ("get", "/settings/", ADMINISTRATORS),
    "organization:people": ("get", "/settings/people/", ADMINISTRATORS),
    "organization:person_new": ("get", "/settings/people/new/", ADMINISTRATORS),
    "organization:person": ("get", "/settings/people/{person}/", ADMINISTRATORS),
    "organization:give_role": ("post", "/settings/people/{person}/roles/", ADMINISTRATORS),
    "organization:person_act": ("post", "/settings/people/{person}/unlock/", ADMINISTRATORS),
    "organization:company": ("get", "/settings/company/", ADMINISTRATORS),
    "organization:sites": ("get", "/settings/sites/", ADMINISTRATORS),
    "organization:site": ("get", "/settings/sites/{site}/", ADMINISTRATORS),
    "organization:departments": ("get", "/settings/departments/", ADMINISTRATORS),
    "organization:department": ("get", "/settings/departments/{department}/", ADMINISTRATORS),
    "organization:mail": ("get", "/settings/mail/", ADMINISTRATORS),
    "organization:test_mail": ("post", "/settings/mail/test/", ADMINISTRATORS),
    "organization:mail_again": ("post", "/settings/mail/{dead}/again/", ADMINISTRATORS),
    "organization:setup": ("get", "/setup/", ADMINISTRATORS),
    "organization:setup_company": ("get", "/setup/company/", ADMINISTRATORS),
    "organization:setup_sites": ("get", "/setup/sites/", ADMINISTRATORS),
    "organization:setup_departments": ("get", "/setup/departments/", ADMINISTRATORS),
    "organization:setup_people": ("get", "/setup/people/", ADMINISTRATORS),
    "organization:setup_limits": ("get", "/setup/limits/", ADMINISTRATORS),
    "organization:setup_check": ("post", "/setup/check/", ADMINISTRATORS),
    "organization:forgotten": ("get", "/password/forgotten/", ANYBODY),
    "organization:set_password": ("get", "/password/no/link/", ANYBODY),
    **{f"bar_service:{name}": line for name, line in BAR.items()},
    "complaints:queue": ("get", "/queue/", SEE_TICKETS | {"neighbour"}),
    "complaints:register": ("get", "/tickets/new/", OF_A_DESK),
    "complaints:report": ("get", "/tickets/report/", SIGNED_IN),
    "complaints:known": ("post", "/tickets/new/known/", OF_A_DESK),
    "complaints:residents": ("get", "/tickets/new/residents/?q=811203", OF_A_DESK),
    "complaints:dispositions": ("get", "/tickets/register/", READ_THE_REGISTER),
    "complaints:dispositions_paper": ("get", "/tickets/register/print/", READ_THE_REGISTER),
    "complaints:dispositions_export": ("get", "/tickets/register/export.xlsx", LEADERS),
    "complaints:ticket": ("get", "/tickets/{number}/", SEE_THIS_TICKET),
    "complaints:preview": ("get", "/tickets/{number}/preview/", SEE_THIS_TICKET),
    "complaints:bulk": ("post", "/queue/bulk/", SEE_TICKETS | {"neighbour"}),
    "complaints:views": ("get", "/queue/views/", SEE_TICKETS | {"neighbour"}),
    "complaints:change_view": ("post", "/queue/views/{view}/", frozenset({"reception"})),
    "complaints:colleagues": ("get", "/tickets/{number}/colleagues/?q=e", SEE_THIS_TICKET),
    "complaints:write_case": ("get", "/tickets/{settled}/case/", ENGINEERING | DESK_PEOPLE - RECEPTIONISTS),
    "complaints:similar": ("get", "/tickets/{number}/similar/", SEE_THIS_TICKET),
    "complaints:attach_to_issue": ("post", "/tickets/{number}/issue/", DESK_PEOPLE),
    "complaints:box": ("get", "/suggestion-box/", SEE_ISSUES | {"neighbour"}),
    "complaints:issues": ("get", "/common-issues/", SEE_ISSUES | {"neighbour"}),
    "complaints:published_issues": ("get", "/common-issues/published/", SEE_ISSUES | {"neighbour"}),
    "complaints:issue": ("get", "/common-issues/{issue}/", SEE_ISSUES),
    "complaints:cases": ("get", "/cases/", SEE_TICKETS | {"neighbour"}),
    "complaints:repeats": ("get", "/cases/repeats/", LEADERS),
    "complaints:decide_repeat": ("post", "/cases/repeats/{repeat}/", LEADERS),  # who may not decide is told so
    "complaints:case": ("get", "/cases/{case}/", SEE_TICKETS | {"neighbour"}),
    "complaints:slip": ("get", "/tickets/{number}/slip/", DESK_PEOPLE),
    "complaints:why": ("get", "/tickets/{number}/why/", SEE_THIS_TICKET),
    "complaints:form": ("get", "/tickets/{number}/form/", SEE_THIS_TICKET),
    "complaints:undo": ("post", "/tickets/{undoable}/undo/", frozenset({"leader"})),
    "complaints:incidents": ("get", "/incidents/", OF_A_DESK | LEADERS),
    "complaints:incident": ("get", "/tickets/{number}/incident/", DESK_PEOPLE | LEADERS),
    "complaints:forum_posts": ("get", "/forum/", OF_A_DESK | LEADERS),
    "complaints:forum_post": ("get", "/tickets/{number}/forum/", DESK_PEOPLE | LEADERS),
    "complaints:later": ("post", "/tickets/{number}/later/", SEE_THIS_TICKET),
    "arrivals:worker": ("get", "/unsent-worker.js", ANYBODY),
    "complaints:presence": ("get", "/tickets/{number}/presence/", SEE_THIS_TICKET),
    "complaints:file": ("get", "/tickets/{number}/files/{attached}/", SEE_THIS_TICKET),
    "complaints:file_preview": ("get", "/tickets/{number}/files/{attached}/preview/", SEE_THIS_TICKET),
    "complaints:callbacks": ("get", "/callbacks/", OF_A_DESK),
    "complaints:callback_rate": ("get", "/callbacks/rate/", OF_A_DESK | LEADERS),
    "complaints:callback_rows": ("get", "/callbacks/rate/rows/?figure=due", OF_A_DESK | LEADERS),
    "complaints:record_callback": ("post", "/callbacks/{callback}/", DESK_PEOPLE),
    "reports:now": ("get", "/dashboard/", LEADERS),
    "reports:wall": ("get", "/dashboard/wall/", LEADERS),
    "reports:sla": ("get", "/reports/sla/", LEADERS | HEADS),
    "reports:goals": ("get", "/settings/goals/", ADMINISTRATORS),
    "reports:goals_site": ("get", "/settings/goals/{site}/", ADMINISTRATORS),
    "reports:sla_rows": ("get", "/reports/sla/rows/?figure=late", LEADERS | HEADS),
    **VISITS,
    **REPORTS,
}
# The steps as forms below a ticket that is with engineering, signed, and important.
STEPS: dict[str, frozenset[str]] = {
    "dispatch": DESK_PEOPLE,
    "answer": DESK_PEOPLE,
    "answer-at-once": DESK_PEOPLE,
    "correct": DESK_PEOPLE,
    "withdraw": DESK_PEOPLE,
    "void": frozenset({"supervisor"}),  # a department has signed
    "sign": ENGINEERING,
    "arrive": ENGINEERING,
    "made-safe": ENGINEERING,
    "appointment": ENGINEERING | DESK_PEOPLE,
    "send-back": ENGINEERING,
    "progress": ENGINEERING,
    "wait": ENGINEERING | DESK_PEOPLE,
    "resume": ENGINEERING | DESK_PEOPLE,
    "resolve": ENGINEERING,
    "return": frozenset({"engineering_head"}),
    "inform": DESK_PEOPLE,
    "decline": DESK_PEOPLE,
    "reopen": DESK_PEOPLE,
    "pass-on": DESK_PEOPLE,
    "acknowledge": frozenset({"manager", "ops", "gm"}),
    "forward": frozenset({"ops"}),
    "severity": DESK_PEOPLE,
    "wish": DESK_PEOPLE,
    "reply": DESK_PEOPLE,
    "note": SEE_THIS_TICKET,
    "call-manager": DESK_PEOPLE,
    "overtime": ENGINEERING | DESK_PEOPLE,
    "decide": frozenset({"manager", "gm"}),
    "chase": ENGINEERING | DESK_PEOPLE,
    "promise": SEE_THIS_TICKET,
    "measure": SEE_THIS_TICKET,
    "no-measure": SEE_THIS_TICKET,
    "measure-taken": SEE_THIS_TICKET,
    "keep": SEE_THIS_TICKET,
    "move": SEE_THIS_TICKET,
    "merge": DESK_PEOPLE,
    "link": SEE_THIS_TICKET,
    "helper": DESK_PEOPLE,
    "helper-done": DESK_PEOPLE,
    "watch": SEE_THIS_TICKET,
    "unwatch": SEE_THIS_TICKET,
    "responsible": DESK_PEOPLE,
    "about-person": DESK_PEOPLE,
    "hide-name": DESK_PEOPLE,
    "show-name": DESK_PEOPLE,
    "claim": ENGINEERING | DESK_PEOPLE,
    "claim-up": frozenset({"engineering_head", "ops", "manager", "gm"}),
    "claim-decide": frozenset({"engineering_head", "ops", "manager", "gm"}),
}
OPERATIONS: dict[tuple[str, str], frozenset[str]] = {
    ("get", "/api/v1/health/"): ANYBODY,
    ("post", "/api/v1/auth/code/"): ANYBODY,
    ("post", "/api/v1/auth/token/"): ANYBODY,
    ("post", "/api/v1/auth/logout/"): frozenset({"resident"}),
    ("get", "/api/v1/me/"): frozenset({"resident"}),
    ("patch", "/api/v1/me/"): frozenset({"resident"}),
    ("get", "/api/v1/notices/"): frozenset({"resident"}),
    ("get", "/api/v1/categories/"): frozenset({"resident"}),
    ("get", "/api/v1/tickets/"): frozenset({"resident"}),
    ("post", "/api/v1/tickets/"): frozenset({"resident"}),
    ("get", "/api/v1/tickets/{uuid}/"): frozenset({"resident"}),
    ("post", "/api/v1/tickets/{uuid}/comments/"): frozenset({"resident"}),
    ("post", "/api/v1/tickets/{uuid}/attachments/"): frozenset({"resident"}),
    ("get", "/api/v1/tickets/{uuid}/attachments/{file}/"): frozenset({"resident"}),
    ("post", "/api/v1/tickets/{uuid}/rating/"): frozenset({"resident"}),
    ("post", "/api/v1/tickets/{uuid}/withdraw/"): frozenset({"resident"}),
}
OPERATIONS |= {(method, "/api/v1/visits/"): frozenset({"resident"}) for method in ("get", "post")}
NOT_IN_THE_SCHEMA = {"api:schema", "api:docs", "api:unknown"}  # open to anybody


def every_url(resolver: Any = None, prefix: str = "") -> Iterator[str]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from every_url(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
        elif isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}"


def test_every_address_stands_in_the_table() -> None:
    pages = {name for name in every_url() if not name.startswith("api:")}
    steps = {name.removeprefix("complaints:step_") for name in pages if name.startswith("complaints:step_")}

    assert {name for name in pages if not name.startswith("complaints:step_")} == set(PAGES)
    assert steps == set(STEPS)
    schema = SchemaGenerator().get_schema(request=None, public=True)
    assert {(method, path) for path, methods in schema["paths"].items() for method in methods} == set(OPERATIONS)
    in_schema = {name for name in every_url() if name.startswith("api:")} - NOT_IN_THE_SCHEMA
    assert len(in_schema) == len({path for _method, path in OPERATIONS})


@pytest.fixture
def callers(house: House) -> dict[str, Client]:
    _stored, token = issue_token("13800000001")
    found = {"anonymous": Client(), "resident": Client(headers={"authorization": f"Bearer {token}"})}
    for name, user in house.people.items():
        found[name] = Client()
        found[name].force_login(user)
    return found


def in_the_archive(house: House) -> dict[str, Any]:
    """The rows that addresses of the archive name, all of the first home."""
    home, by = house.homes[0], house.people["reception"]
    services.add_vehicle(home.unit_id, "粤B12345", "", by=by)
    return {
        "unit": home.unit.uuid,
        "resident": home.resident.uuid,
        "residence": home.pk,
        "phone": home.resident.phones.get().pk,
        "note": services.write_note(home.unit_id, "有犬", None, None, by=by).pk,
        "vehicle": home.unit.vehicles.get(plate="粤B12345").pk,
        "run": ImportRun.objects.create(site=house.site, file_name="x.xlsx", made_at=MORNING, state="done").uuid,
    }


def in_the_library(house: House) -> dict[str, Any]:
    """A settled ticket, its case, what repeats, and a common issue."""
    settled = house.informed(MORNING)
    words = dict.fromkeys(CASE_TEXTS, "更换灯管")
    unit = house.homes[0].unit
    return {
        "settled": settled.number,
        "case": write_case(settled.pk, words, by=house.people["engineer"]).pk,
        "repeat": Repeat.objects.create(site=house.site, unit=unit, found_at=MORNING).pk,
        "issue": open_issue(house.report().pk, "停水", by=house.people["reception"]).pk,
    }


def on_a_visit(house: House, home: Residence | None = None) -> dict[str, Any]:
    """A visit that an engineer comes along to, and what was heard there. Of an app above: by name, not by import."""
    at, by = home or house.homes[0], house.people["reception"]
    facts = {"unit": at.unit, "resident": at.resident, "kind": "care", "purpose": "看望", "made_at": MORNING}
    made = apps.get_model("visits.HomeVisit").objects.create(site=house.site, planned_on=MORNING.date(), **facts)
    made.events.create(kind="booked", at=MORNING, noted_at=MORNING, by=by)
    for person in ("reception", "engineer"):
        made.assignments.create(user=house.people[person])
    heard = made.opinions.create(text="快递柜旁边装一盏灯", at=MORNING, by=by)
    return {"visit": made.uuid, "opinion": heard.pk}


def in_the_reports(house: House) -> dict[str, Any]:
    """An issued report and a draft. Of an app above: by name, not by import."""
    found: dict[str, Any] = import_string("reports.tests.papers.in_the_reports")(house)
    return found


def verdict(answer: Any) -> str:
    if answer.status_code == 403 and b'name="kept"' in answer.content:  # the door, holding what was typed
        return "sign in first"
    if answer.status_code in {401, 403}:
        return "refused"
    if answer.status_code == 404:
        return "hidden"
    if answer.status_code in {301, 302} and answer["Location"].startswith("/login/"):
        return "sign in first"
    assert answer.status_code < 500, answer.content
    if answer.streaming:
        list(answer.streaming_content)  # a file: read to its end, it is closed
    return "in"


def test_every_page_lets_in_whom_the_table_names_and_nobody_else(house: House, callers: dict[str, Client]) -> None:
    ticket = house.signed(MORNING, severity="important")
    told = house.informed(MORNING)
    callback = Callback.objects.get(ticket=told)
    undoable = house.report()
    note_inside(undoable.pk, "x", by=house.leader)
    waiting = drafts.add_file(house.reception, "register", photo())
    attached = take_in(photo(), by=house.reception)
    attach_to_step(ticket.pk, [attached], by=house.reception)
    bodies = {
        "complaints:record_callback": {"outcome": CallbackOutcome.REFUSED},
        "complaints:change_view": {"do": "right"},
        "residents:show": {"what": "phone", "id": house.homes[0].resident.phones.get().pk, "reason": "ticket"},
    }
    dead = Message.objects.create(
        key="k", recipient=house.bar, channel="email", kind="k", created_at=MORNING, not_before=MORNING, dead_at=MORNING
    )
    numbers = {
        "number": ticket.number,
        "callback": callback.pk,
        "person": house.bar.pk,
        "site": house.site.pk,
        "department": house.departments["security"].pk,
        "dead": dead.pk,
        "file": waiting.uuid,
        "attached": attached.uuid,
        "undoable": undoable.number,
        **in_the_library(house),
        "view": save_view(house.reception, "x", {"tab": "all"}).pk,
        **in_the_archive(house),
        **on_a_visit(house),
        **in_the_bar(house),
        **in_the_reports(house),
    }
    wrong = []
    for name, (method, address, allowed) in PAGES.items():
        path = address.format(**numbers)
        for caller, client in callers.items():
            if name in {"pages:sign_out", "organization:switch"} and caller in SIGNED_IN:
                continue  # would end the others' turns
            body = bodies.get(name, {"draft": "register"})
            got = verdict(getattr(client, method)(path, body if method == "post" else None))
            if (got == "in") != (caller in allowed):
                wrong.append((name, caller, got))
    assert wrong == []


@pytest.mark.parametrize("slug", STEPS)
def test_every_step_is_refused_to_whom_it_does_not_belong(house: House, callers: dict[str, Client], slug: str) -> None:
    ticket = house.signed(MORNING, severity="important")
    before = ticket.events.count()
    wrong = []
    for caller, client in callers.items():
        if caller in STEPS[slug]:
            continue
        got = verdict(client.post(f"/tickets/{ticket.number}/{slug}/", {"text": "x", "reason": "x"}))
        expected = (
            "sign in first"
            if caller in {"anonymous", "resident"}
            else "refused"
            if caller in SEE_THIS_TICKET or caller not in SEE_TICKETS | {"neighbour"}
            else "hidden"
        )
        if got != expected:
            wrong.append((caller, got, expected))
    assert wrong == []
    assert ticket.events.count() == before
    for caller in sorted(STEPS[slug]):
        assert verdict(callers[caller].post(f"/tickets/{ticket.number}/{slug}/", {})) == "in", caller


def test_every_operation_is_the_residents_alone(house: House, callers: dict[str, Client]) -> None:
    other = house.homes[1]
    ticket = house.report(unit=other.unit, resident=other.resident)
    wrong = []
    for (method, address), allowed in sorted(OPERATIONS.items(), key=lambda entry: "logout" in entry[0][1]):
        path = address.replace("{uuid}", str(ticket.uuid)).replace("{file}", str(ticket.uuid))
        for caller, client in callers.items():
            sends = {} if method == "get" else {"data": json.dumps({}), "content_type": "application/json"}
            got = verdict(getattr(client, method)(path, **sends))
            # The ticket is another home's: to this resident's token it does not exist.
            expected = (
                "hidden" if "{uuid}" in address and caller in allowed and not _refuses_shape_first(address) else "in"
            )
            if got != (expected if caller in allowed else "refused"):
                wrong.append((method, address, caller, got))
    assert wrong == []


def _refuses_shape_first(address: str) -> bool:
    return address.endswith(("comments/", "rating/"))


def test_a_foreign_ticket_and_one_that_never_was_look_the_same(house: House, callers: dict[str, Client]) -> None:
    foreign = house.report()
    for caller in ("neighbour", "guard"):
        answers = [callers[caller].get(f"/tickets/{number}/") for number in (foreign.number, "YJW-20990101-0001")]
        assert [answer.status_code for answer in answers] == [404, 404]
        bodies = [
            answer.content.decode().replace(foreign.number, "").replace("YJW-20990101-0001", "") for answer in answers
        ]
        references = [body[body.index("<main") : body.index("</main")] for body in bodies]
        assert len(references[0]) == len(references[1])


def test_who_leaves_loses_access_at_once(house: House, callers: dict[str, Client]) -> None:
    assert callers["reception"].get("/queue/").status_code == 200
    house.reception.is_active = False
    house.reception.save()

    assert verdict(callers["reception"].get("/queue/")) == "sign in first"


def test_the_bar_sees_no_resident_anywhere(house: House, callers: dict[str, Client]) -> None:
    ticket = house.report()
    for address in ("/", "/me/", "/notifications/", "/queue/", f"/tickets/{ticket.number}/"):
        body = callers["bar"].get(address, follow=True).content.decode()
        assert not any(canary in body for canary in ("王建国", "8-1-1203", "0001</", "楼道照明"))
