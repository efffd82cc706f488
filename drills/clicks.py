"""C2: every button of a ticket's forms pressed twice at once in a browser, with JavaScript and without: one effect."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from complaints.models import Callback, TicketEvent, TimerStep
from complaints.tests.house import House
from complaints.tests.test_sent_twice import FORMS
from conftest import CHROMIUM_NAMES
from drills import counting
from drills.machine import Machine, say
from drills.options import Options
from drills.outcome import Outcome
from drills.posting import Staff
from drills.two_people import unprotected
from portal.notifications.models import Message
from portal.promises import clock

NO_BROWSER = "not run: needs Chromium (Debian: chromium)"
APART = 20  # milliseconds between the two presses, at most 50 with what the browser adds


@dataclass(frozen=True)
class Form:
    """A page that somebody has open, with its form filled in."""

    who: str
    path: str
    action: str
    typed: dict[str, str]


def run(machine: Machine, options: Options) -> list[Outcome]:
    chromium = os.environ.get("PORTAL_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    outcomes = [Outcome("C2", f"each button pressed twice, {name}") for name in ("with script", "without script")]
    if chromium is None:
        return [_not_run(outcome) for outcome in outcomes]
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps a loop in this thread
    house = machine.fresh("clicks")
    web = machine.start_web()
    with _browser(chromium) as browser:
        for outcome, script in zip(outcomes, (True, False), strict=True):
            for name, made in _forms().items():
                _press(outcome, name, [_effect(machine, browser, house, made, script, n) for n in (1, 2)])
            outcome.add(counting.count_after_a_sweep())
            outcome.done()
    web.stop()
    machine.start_web(bend=unprotected)
    with _browser(chromium) as browser:
        once, twice = (_effect(machine, browser, house, _step("progress"), False, n) for n in (1, 2))
        outcomes[-1].control = twice > once
    return outcomes


@contextmanager
def _browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def _not_run(outcome: Outcome) -> Outcome:
    outcome.not_run = NO_BROWSER
    return outcome.done()


def _forms() -> dict[str, Callable[[House], Form]]:
    steps = {slug: _step(slug) for slug in FORMS}
    return steps | {f"call {outcome}": _call(outcome) for outcome in ("s4", "no_answer", "refused")}


def _step(slug: str) -> Callable[[House], Form]:
    def made(house: House) -> Form:
        make, who, typed = FORMS[slug]
        ticket = make(house)
        if "department" in typed:
            typed = {**typed, "department": str(house.departments[typed["department"]].pk)}
        return Form(who, f"{ticket.url}?do={slug}", f"/{slug}/", typed)

    return made


def _call(outcome: str) -> Callable[[House], Form]:
    def made(house: House) -> Form:
        ticket = house.informed(clock.now() - timedelta(hours=3))
        callback = Callback.objects.get(ticket=ticket)
        page, action = f"/callbacks/?call={callback.pk}", f"/callbacks/{callback.pk}/"
        return Form("reception_b", page, action, {"they_called": "on", "outcome": outcome})

    return made


def _press(outcome: Outcome, name: str, effects: list[tuple[int, ...]]) -> None:
    """Once on one ticket and twice on another of the same kind: both leave the same."""
    once, twice = effects
    outcome.times += 1
    outcome.expect(any(once), f"{name}: one press had no effect")
    outcome.double += twice > once
    outcome.lost += twice < once
    say(f"  {name}: {once} and {twice}")


def _effect(
    machine: Machine, browser: Browser, house: House, made: Callable[[House], Form], script: bool, presses: int
) -> tuple[int, ...]:
    """How many events, steps and messages so many presses leave."""
    form = made(house)
    before = _written()
    page = _open(machine, browser, house, form, script=script)
    try:
        _submit(page, form, presses)
    finally:
        page.context.close()
    return tuple(now - then for now, then in zip(_written(), before, strict=True))


def _open(machine: Machine, browser: Browser, house: House, form: Form, *, script: bool) -> Page:
    base = f"http://127.0.0.1:{machine.port}"
    staff = Staff(machine.port, house.people[form.who])
    context = browser.new_context(locale="zh-CN", java_script_enabled=script, viewport={"width": 1440, "height": 1200})
    context.add_cookies([{"name": "sessionid", "value": str(staff.session_key), "url": base}])
    page = context.new_page()
    page.goto(base + form.path)
    return page


def _submit(page: Page, form: Form, presses: int) -> None:
    where = f"form[action$='{form.action}']"
    if not page.locator(f"main {where} >> visible=true").count():
        page.locator(f"main details:has({where}) > summary >> visible=true").first.click()
    found = page.locator(f"main {where} >> visible=true").first
    button = _fill(page, found, form.typed)
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for _ in range(presses):
        page.mouse.click(x, y, delay=5)
        page.wait_for_timeout(APART)
    page.wait_for_timeout(700)
    page.wait_for_load_state("load")


def _fill(page: Page, form: Any, typed: dict[str, str]) -> Any:
    """Fill it in as somebody would; give its button: for an outcome the button is the choice itself."""
    for name, text in typed.items():
        choice = form.locator(f"button[name={name}][value='{text}']")
        if choice.count():
            return choice.first
        field = form.locator(f"[name={name}]").first
        if field.get_attribute("type") in {"radio", "checkbox"}:
            form.locator(f"[name={name}][value='{text}']").check(force=True)
        elif field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(text)
        elif text:
            field.fill(text)
    return form.locator("button:not([type=button], [name=try])").last


def _written() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (TicketEvent, TimerStep, Message))
