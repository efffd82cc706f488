"""Three months of tickets, told through the same steps that the services take, but written in bulk.

A script is a list of (minutes before now, verb, details); each verb is one step of ``complaints.services``. Before each
step the ladder of every running timer is climbed as the sweep would have climbed it, so what is due is seeded as fired.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from complaints.demo import stories
from complaints.demo.multiplying import OPEN_SHARE
from complaints.demo.scripts import MERGED_AGO, Action, Script, by_day, earlier, finished_script, open_scripts
from complaints.models import (
    Callback,
    Category,
    DayNumber,
    OvertimeRequest,
    Ticket,
    TicketEvent,
    TicketTimer,
    TimerStep,
)
from complaints.notices import once_each, telling_of
from complaints.services.callbacks import begin_next_round, close, finish_callback, no_answer, schedule_callback
from complaints.services.change import Change, ledger_for, show_next
from complaints.services.dispatching import sent, signed
from complaints.services.handling import noted, resolved, returned
from complaints.services.intake import begin_promises
from complaints.services.joining import merge_tickets
from complaints.services.overtime import approver_of, extended
from complaints.services.promising import give_word, how_it_stands
from complaints.services.telling import How, declined, informed
from complaints.services.waiting import begin_wait, end_wait
from complaints.sla import first_grade
from complaints.states import (
    ALWAYS_CALLED_BACK,
    CALLED_BACK,
    HANDED_UP_TO,
    OVER,
    CallbackOutcome,
    Decision,
    EventKind,
    Kind,
    ReportChannel,
    Severity,
    Status,
    Target,
    WaitFor,
)
from portal.notifications import outbox
from portal.notifications.models import Message
from portal.organization.duty import Directory, directory_of
from portal.organization.models import Department, Site, User
from portal.organization.roles import Role
from portal.promises import clock, policies, sweeping
from portal.promises.models import TimerEventKind, TimerState
from residents.models import ApiAccount, Residence

BATCH = 2000
FEW = 2000  # up to here a desk's own screens are filled: every script stands once
SWEPT_AFTER = timedelta(seconds=4)
NEWS_FORGOTTEN = 0.1
READ_AFTER = timedelta(minutes=20)


@dataclass
class QuietChange(Change):
    """A step of long ago: nobody is told about it now. What was handed up stands in the manager's bell since then."""

    def tell(self, roles: Iterable[Role], kind: str, **params: Any) -> None:
        """Say nothing."""

    def tell_people(self, people: Iterable[int], kind: str, **params: Any) -> None:
        """Say nothing."""


@dataclass
class Scene:
    """What the tickets of one site are played with."""

    site: Site
    homes: list[Residence]
    departments: dict[str, Department]
    staff: dict[tuple[Role, str], User]
    directory: Directory


@dataclass
class _Rows:
    tickets: list[Ticket] = field(default_factory=list)
    events: list[TicketEvent] = field(default_factory=list)
    timers: list[TicketTimer] = field(default_factory=list)
    steps: list[TimerStep] = field(default_factory=list)
    callbacks: list[Callback] = field(default_factory=list)
    requests: list[OvertimeRequest] = field(default_factory=list)
    of_steps: list[tuple[TicketTimer, Message]] = field(default_factory=list)
    of_events: list[tuple[TicketEvent, Message]] = field(default_factory=list)

    def write(self) -> None:
        Ticket.objects.bulk_create(self.tickets, batch_size=BATCH)
        TicketEvent.objects.bulk_create(self.events, batch_size=BATCH)
        TicketTimer.objects.bulk_create(self.timers, batch_size=BATCH)
        TimerStep.objects.bulk_create(self.steps, batch_size=BATCH)
        Callback.objects.bulk_create(self.callbacks, batch_size=BATCH)
        OvertimeRequest.objects.bulk_create(self.requests, batch_size=BATCH)
        for timer, message in self.of_steps:
            message.key = message.key.format(timer.pk)
        for event, message in self.of_events:
            message.key = event.message_key
        told = [message for _row, message in (*self.of_steps, *self.of_events)]
        Message.objects.bulk_create(told, batch_size=BATCH)


def seed_tickets(scenes: list[Scene], count: int, random: Random, now: datetime) -> None:
    """``count`` tickets on these sites, most on the first; what is open are the scripts."""
    categories = {category.code: category for category in Category.objects.all()}
    urgent = {code for code, category in categories.items() if category.urgent or category.dangerous}
    plays: list[tuple[datetime, Scene, Script]] = []
    for place, scene in enumerate(scenes):
        still_open = open_scripts(place, random)
        share = count // 3 if place else count - count // 3
        scripts = list(still_open)
        if count > FEW:  # a benchmark: as many are open as there, not all of them since the same minute
            scripts = [earlier(random.choice(still_open), random) for _ in range(share // OPEN_SHARE)]
        over = (finished_script(random, n, urgent) for n in range(max(share - len(scripts), 0)))
        scripts += [by_day(script, now, scene.site.zone, random) for script in over]
        plays += [(now - timedelta(minutes=script.actions[0].minutes_ago), scene, script) for script in scripts]
    plays.sort(key=lambda play: play[0])
    numbers: dict[tuple[int, date], int] = defaultdict(int)
    accounts: dict[str, ApiAccount] = {}
    rows = _Rows()
    for received_at, scene, script in plays:
        day = received_at.astimezone(scene.site.zone).date()
        numbers[scene.site.pk, day] += 1
        number = f"{scene.site.code}-{day:%Y%m%d}-{numbers[scene.site.pk, day]:04d}"
        _Player(scene, script, categories, number, random, now, rows, accounts).play()
        if len(rows.tickets) >= BATCH:
            rows.write()
            rows = _Rows()
    rows.write()
    if count <= FEW:
        for scene in scenes:
            _merge_the_second_caller(scene, now - timedelta(minutes=MERGED_AGO))
    DayNumber.objects.bulk_create(DayNumber(site_id=site, day=day, last=last) for (site, day), last in numbers.items())


def _merge_the_second_caller(scene: Scene, at: datetime) -> None:
    calls = Ticket.objects.open().filter(site=scene.site, category__code="clean3").order_by("received_at", "pk")
    first, second = calls.first(), calls.last()
    if first is not None and second is not None and first != second:
        with clock.standing_at(at):
            merge_tickets(second.pk, first.pk, by=scene.staff[Role.RECEPTIONIST, ""])


def scene_of(site: Site, now: datetime) -> Scene:
    homes = Residence.objects.current(now.date()).filter(unit__site=site).order_by("pk")
    staff: dict[tuple[Role, str], User] = {}
    for user in User.objects.prefetch_related("memberships__department").order_by("-pk"):
        for membership in user.memberships.all():
            if membership.site_id in {None, site.pk}:
                department = membership.department.code if membership.department else ""
                staff[Role(membership.role), department] = user
    directory = directory_of(site.pk, now.replace(minute=0, second=0, microsecond=0))
    return Scene(
        site,
        list(homes.select_related("unit", "resident").prefetch_related("resident__phones")),
        {department.code: department for department in site.departments.all()},
        staff,
        Directory(directory.holders, directory.stand_ins),  # the roster says nothing of months ago
    )


class _Player:
    """Plays one script."""

    def __init__(
        self,
        scene: Scene,
        script: Script,
        categories: dict[str, Category],
        number: str,
        random: Random,
        now: datetime,
        rows: _Rows,
        accounts: dict[str, ApiAccount],
    ) -> None:
        self.scene, self.script, self.random, self.now, self.rows = scene, script, random, now, rows
        self.category = categories[script.category]
        self.home = random.choice(scene.homes)
        self.accounts = accounts
        self.number = number
        self.timers: list[TicketTimer] = []
        self.callback: Callback | None = None
        self.told = [said for code, *said in stories.STORIES if code == script.category]
        self.story = random.choice(self.told)

    def play(self) -> None:
        self.ticket = self._register(self.script.actions[0])
        for action in self.script.actions[1:]:
            at = self.now - timedelta(minutes=action.minutes_ago)
            self._tell_how_it_stands(until=at)
            self._climb(at)
            self._act(action, at)
        self._tell_how_it_stands(until=self.now)
        self._climb(self.now)
        show_next(self.ticket, self.timers)
        self.ticket.version = len(self.script.actions)
        self.rows.tickets.append(self.ticket)
        self.rows.timers += self.timers

    def _act(self, action: Action, at: datetime) -> None:
        change = self._change(action, at)
        _VERBS[action.verb](self, change, action)
        self._keep(change)

    def _tell_how_it_stands(self, *, until: datetime) -> None:
        """What the scripts leave out: the news every two days (C8), now and then forgotten. With dice of its own."""
        dice = Random(f"{self.number} {len(self.timers)}")  # noqa: S311 - no secret
        for timer in self.timers:  # each telling begins the next one, which comes to its turn here too
            due = timer.due_at
            if (
                timer.target == Target.PROGRESS
                and timer.state == TimerState.RUNNING
                and due is not None
                and due <= until
            ):
                if dice.random() < NEWS_FORGOTTEN:
                    return
                at = due - timedelta(minutes=dice.randint(30, 600))
                self._climb(at)
                self._act(Action((self.now - at).total_seconds() / 60, "reply"), at)

    def _register(self, action: Action) -> Ticket:
        script, home, at = self.script, self.home, self.now - timedelta(minutes=action.minutes_ago)
        channel = ReportChannel(action.details.get("channel", ReportChannel.HOTLINE))
        by_resident = channel == ReportChannel.API
        receptionist = self.scene.staff[Role.RECEPTIONIST, ""]
        said, demand, _done = self.story
        self.ticket = Ticket(
            number=self.number,
            site=self.scene.site,
            kind=script.kind,
            channel=channel,
            category=self.category,
            severity=first_grade(
                script.kind,
                script.severity,
                Severity(self.category.severity),
                urgent=self.category.urgent,
                dangerous=self.category.dangerous,
            ),
            dangerous=self.category.dangerous and script.kind != Kind.PRAISE,
            severity_set_by=None if by_resident else receptionist,
            unit=home.unit,
            resident=home.resident,
            reported_by=self._account() if by_resident else None,
            description=action.details.get("said") or said,
            place=self.random.choice(stories.PLACES),
            demand=demand,
            contact=home.resident.contact,
            occurred_at=at - timedelta(minutes=self.random.randint(5, 240)),
            first_responsible=None if by_resident else receptionist,
            received_at=at,
            round_began_at=at,
            queue_at=at,
        )
        change = self._change(action, at)
        change.note(EventKind.REGISTERED, severity=self.ticket.severity, channel=channel)
        begin_promises(change)
        self._keep(change)
        return self.ticket

    def _account(self) -> ApiAccount:
        phone = self.home.resident.phones.all()[0].number
        if phone not in self.accounts:
            self.accounts[phone] = ApiAccount.objects.get_or_create(phone=phone)[0]
        return self.accounts[phone]

    def _change(self, action: Action, at: datetime) -> QuietChange:
        role = Role(action.details["by"]) if "by" in action.details else Role.RECEPTIONIST
        department = self.ticket.department.code if self.ticket.department else ""
        staff = self.scene.staff
        by = staff.get((role, department)) or staff.get((role, "")) or staff[Role.SUPERVISOR, ""]
        resident = self.ticket.reported_by if action.verb == "register" and self.ticket.reported_by else None
        who = None if resident else by
        return QuietChange(self.ticket, self.timers, at, who, resident, ledger_for(self.ticket, at, who))

    def _keep(self, change: QuietChange) -> None:
        if self.ticket.status in OVER:
            self.ticket.closed_at = self.ticket.closed_at or change.now
            change.cancel(cause=self.ticket.status)
        _begun, steps = change.ledger.rows()
        self.rows.steps += steps  # type: ignore[arg-type]
        self.rows.events += change.events
        self._ring(change)
        if change.callback is not None and change.callback is not self.callback:
            self.callback = change.callback
            self.rows.callbacks.append(change.callback)

    def _climb(self, until: datetime) -> None:
        """Fire what the sweep would have fired by then, each at its own moment."""
        for timer in self.timers:
            if timer.state != TimerState.RUNNING or timer.next_check_at is None or timer.next_check_at > until:
                continue
            levels, breached = sweeping.decide(timer, policies.limit_of(timer.policy_target_id), until)
            for due in sweeping.in_order(levels, breached=breached):
                if due is not None:
                    self._fire(timer, *due)
                elif timer.due_at is not None:
                    self._step(timer, TimerEventKind.BREACHED, timer.due_at + SWEPT_AFTER, due_at=timer.due_at)

    def _fire(self, timer: TicketTimer, level: Any, moment: datetime) -> None:
        at = moment + SWEPT_AFTER
        department = self.ticket.department_id
        told = []
        for role in level.roles:
            asked = Role(role) if department else sweeping.without_department(Role(role))
            reached, people = self.scene.directory.reached(asked, department, at)
            told.append({"role": reached.value, "people": [person.user_id for person in people]})
        details = {"to": list(level.roles), "told": told}
        self._step(timer, TimerEventKind.LEVEL_FIRED, at, level=level.name, due_at=moment, details=details)
        self._message(timer, level.name, at, sorted({pk for entry in told for pk in entry["people"]}))

    def _step(self, timer: TicketTimer, kind: TimerEventKind, at: datetime, **columns: Any) -> None:
        self.rows.steps.append(TimerStep(timer=timer, kind=kind, at=at, term=timer.term, **columns))

    def _message(self, timer: TicketTimer, level: str, at: datetime, people: list[int]) -> None:
        """In the bell already, as if sent when it fired."""
        telling = telling_of(timer)
        due = timer.due_at.isoformat() if timer.due_at else ""
        params = {**telling.params, "target": timer.target, "level": level, "due_at": due}
        key = f"tickettimer:{{}}:{timer.term}:{level}:1"
        for row in outbox.messages_for(people, key=key, kind=telling.kind, params=params, link=telling.link, now=at):
            self.rows.of_steps.append((timer, self._in_bell(row, at)))

    def _ring(self, change: QuietChange) -> None:
        """What was handed up stands in the bells, and its event says in whose."""
        for row in once_each(change.messages):
            event = change.events[int(row.key)]
            event.details["told"] = sorted({*event.details.get("told", ()), row.recipient_id})
            self.rows.of_events.append((event, self._in_bell(row, change.now)))

    def _in_bell(self, row: outbox.Outgoing, at: datetime) -> Message:
        """Sent at that moment, and read unless it is of today."""
        columns = {**asdict(row), "created_at": at, "not_before": at}
        read_at = at + READ_AFTER if self.now - at > timedelta(hours=24) else None
        return Message(**columns, sent_at=at, read_at=read_at, delivery=self.ticket.uuid)


def _department(player: _Player, action: Action) -> Department:
    code = action.details.get("department") or player.category.department_code
    departments = player.scene.departments
    return departments.get(code) or departments["customer_service"]


def _dispatch(player: _Player, change: QuietChange, action: Action) -> None:
    sent(change, _department(player, action))


def _send_back(player: _Player, change: QuietChange, action: Action) -> None:
    change.cancel(Target.SIGN, cause="sent_back")
    department = player.ticket.department_id
    player.ticket.status, player.ticket.department, player.ticket.handler = Status.REGISTERED, None, None
    change.begin(Target.DISPATCH, change.now)
    change.note(EventKind.SENT_BACK, player.random.choice(stories.SENT_BACK), department=department)


def _resolve(player: _Player, change: QuietChange, action: Action) -> None:
    end_wait(change, cause="resolved")
    resolved(change, EventKind.RESOLVED, player.story[2])


def _answer(player: _Player, change: QuietChange, action: Action) -> None:
    change.meet(Target.DISPATCH)
    player.ticket.handler = change.by
    resolved(change, EventKind.ANSWERED, player.story[2])


def _inform(player: _Player, change: QuietChange, action: Action) -> None:
    how = player.random.choice([How.PHONE, How.PHONE, How.IN_PERSON])
    informed(change, how, player.story[2], player.random.choice(stories.REPLIES_BY_RESIDENT))
    if player.ticket.kind in CALLED_BACK:
        drawn = player.ticket.kind in ALWAYS_CALLED_BACK or bool(action.details.get("drawn"))
        schedule_callback(change, drawn=drawn)
    else:
        close(change)


def _decline(player: _Player, change: QuietChange, action: Action) -> None:
    answer = player.random.choice(stories.REPLIES_BY_RESIDENT)
    declined(change, action.details["reason"], action.details.get("understood", True), How.PHONE, answer)
    schedule_callback(change)


def _call_back(player: _Player, change: QuietChange, action: Action) -> None:
    assert player.callback is not None
    outcome = CallbackOutcome(action.details["outcome"])
    if outcome == CallbackOutcome.NO_ANSWER:
        no_answer(change, player.callback, "")
        return
    score, solved = action.details.get("score"), action.details.get("solved")
    words = player.random.choice(stories.REPLIES_BY_RESIDENT) if outcome == CallbackOutcome.REACHED else ""
    finish_callback(change, player.callback, outcome, score, solved=solved, remarks=words)


def _acknowledge(player: _Player, change: QuietChange, action: Action) -> None:
    for target, role in HANDED_UP_TO.items():
        for timer in change.running(target):
            if role == action.details["by"]:
                change.ledger.meet(timer)
                change.note(EventKind.ACKNOWLEDGED, target=target)


def _arrive(player: _Player, change: QuietChange, action: Action) -> None:
    if change.running(Target.ARRIVE):
        change.meet(Target.ARRIVE)
        change.note(EventKind.ARRIVED)


def _safe(player: _Player, change: QuietChange, action: Action) -> None:
    if change.running(Target.MADE_SAFE):
        change.meet(Target.MADE_SAFE)
        change.note(EventKind.MADE_SAFE, "险情已排除，现场恢复正常。")


def _reply(player: _Player, change: QuietChange, action: Action) -> None:
    if action.details.get("major") and player.ticket.severity != Severity.MAJOR:
        return
    change.meet(Target.REPLY)
    change.note(EventKind.REPLIED, "您反映的问题我们已查明，将按约定时间完成处理。")
    how_it_stands(change, told=True)


def _withdraw(player: _Player, change: QuietChange, action: Action) -> None:
    player.ticket.status, player.ticket.status_before_wait = Status.WITHDRAWN, ""
    change.note(EventKind.WITHDRAWN, "已经自己解决了。")


def _void(player: _Player, change: QuietChange, action: Action) -> None:
    player.ticket.status = Status.VOID
    change.note(EventKind.VOIDED, "与上一单重复，登记有误。")


def _pass_on(player: _Player, change: QuietChange, action: Action) -> None:
    player.ticket.status, player.ticket.department = Status.CLOSED, _department(player, action)
    change.note(EventKind.PASSED_ON, department=player.ticket.department.pk, code=player.ticket.department.code)


def _wait(player: _Player, change: QuietChange, action: Action) -> None:
    until = player.now + timedelta(minutes=action.details["until"]) if "until" in action.details else None
    begin_wait(change, player.random.choice(stories.WAITED_FOR), player.random.choice(list(WaitFor)), until)


def _more_time(player: _Player, change: QuietChange, action: Action) -> None:
    until = player.now + timedelta(minutes=action.details["until"])
    assert change.by is not None
    request = OvertimeRequest(
        ticket=player.ticket,
        round=1,
        asked_by=change.by,
        asked_at=change.now,
        asked_of=approver_of(player.ticket),
        reason=stories.MORE_TIME,
        was_due_at=next((timer.due_at for timer in change.running(Target.RESOLVE)), None),
        until=until,
        told_how=How.PHONE,
    )
    player.rows.requests.append(request)
    player.ticket.overtime_asked_of = request.asked_of
    change.note(
        EventKind.OVERTIME_ASKED, request.reason, until=until.isoformat(), of=request.asked_of, told_how=How.PHONE
    )


def _grant(player: _Player, change: QuietChange, action: Action) -> None:
    extended(change, player.rows.requests[-1], Decision.GRANTED, player.rows.requests[-1].until, "")


def _promise(player: _Player, change: QuietChange, action: Action) -> None:
    give_word(change, stories.PROMISED, player.now + timedelta(minutes=action.details["in"]))


def _hide_name(player: _Player, change: QuietChange, action: Action) -> None:
    player.ticket.name_hidden = True
    change.note(EventKind.NAME_HIDDEN)


def _second_department(player: _Player, change: QuietChange, action: Action) -> None:
    department = player.scene.departments[action.details["department"]]
    player.ticket.also_with = [department.pk]
    change.note(EventKind.HELPER_ADDED, department=department.pk, code=department.code)


def _note_text(player: _Player, action: Action) -> str:
    return str(action.details.get("text") or "已到现场查看，正在处理。")


_VERBS: dict[str, Callable[[_Player, QuietChange, Action], None]] = {
    "dispatch": _dispatch,
    "send_back": _send_back,
    "sign": lambda player, change, action: signed(change),
    "note": lambda player, change, action: noted(change, _note_text(player, action)),
    "wait": _wait,
    "more_time": _more_time,
    "grant": _grant,
    "promise": _promise,
    "hide_name": _hide_name,
    "second_department": _second_department,
    "resolve": _resolve,
    "answer": _answer,
    "return": lambda player, change, action: returned(change, ""),
    "inform": _inform,
    "decline": _decline,
    "call_back": _call_back,
    "acknowledge": _acknowledge,
    "arrive": _arrive,
    "safe": _safe,
    "reply": _reply,
    "withdraw": _withdraw,
    "void": _void,
    "pass_on": _pass_on,
    "reopen": lambda player, change, action: begin_next_round(change, "问题又出现了，没有彻底解决。"),
}
