"""Posts in the owners' forum: noted, answered with a confirmed text, answered in time (C15)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from complaints.errors import NotPossible, NotYours
from complaints.models import Courtesy, ForumPost, ForumReply, Ticket
from complaints.services.change import Change, changing, require_text
from complaints.states import EventKind, ReportChannel, Target
from portal.organization.models import Membership, User
from portal.organization.roles import ABOVE, DESK, LEADERSHIP, Role
from portal.promises import clock

PASSED_ON_TURN = 2  # the limit of a post that was passed on is the row of the second turn


def note_forum_post(
    ticket_id: int, where: str, posted_at: datetime, watcher: User, *, by: User, passed_on_at: datetime | None = None
) -> ForumPost:
    """Where it stands and who watches it; the limit runs from the post, or from its being passed on.

    Noted again it corrects place and watcher; the moments stand, for the clock runs from them. Raises NotPossible for
    a ticket of another channel, for moments that cannot be, and for a watcher who is not of the desk.
    """
    place = require_text(where, _("Write down where the post stands."))
    with changing(ticket_id, by=by) as change:
        change.require_desk()
        ticket = change.ticket
        if ticket.channel != ReportChannel.FORUM:
            raise NotPossible(_("This ticket did not come from the owners' forum."), ticket)
        if not watcher.is_active or not watcher.scope.holds(DESK, ticket.site_id):
            raise NotPossible(_("The watcher is one of the desk."), ticket)
        found = ForumPost.objects.filter(ticket=ticket).first()
        if found is not None:
            _correct(change, found, place, watcher)
            return found
        refuse_moments(posted_at, passed_on_at, change.now)
        made = ForumPost.objects.create(
            ticket=ticket, where=place, posted_at=posted_at, passed_on_at=passed_on_at, watcher=watcher
        )
        _promise_reply(change, posted_at, passed_on_at)
        change.note(EventKind.FORUM_POST, place, person=watcher.name)
        change.tell_people([watcher.pk], "forum_watch")
    return made


def _promise_reply(change: Change, posted_at: datetime, passed_on_at: datetime | None) -> None:
    """It ran from the reception as long as nobody knew better; now from the post, or from its being passed on."""
    running = change.running(Target.FORUM_REPLY)
    if passed_on_at is not None or not running:
        change.cancel(Target.FORUM_REPLY, cause="forum")
        first_turn = PASSED_ON_TURN if passed_on_at else 1
        change.begin(Target.FORUM_REPLY, passed_on_at or posted_at, cause="forum", first_turn=first_turn)
        return
    for timer in running:
        timer.started_at = posted_at
        change.ledger.restate(timer, timer.policy_target_id, (), cause="forum")


def refuse_moments(posted_at: datetime, passed_on_at: datetime | None, now: datetime) -> None:
    if max(posted_at, passed_on_at or posted_at) > now:
        raise NotPossible(_("This lies in the future."))
    if passed_on_at is not None and passed_on_at < posted_at:
        raise NotPossible(_("It was passed on after it was posted."))


def _correct(change: Change, post: ForumPost, where: str, watcher: User) -> None:
    if (post.where, post.watcher_id) == (where, watcher.pk):
        return
    if post.watcher_id != watcher.pk:
        change.tell_people([watcher.pk], "forum_watch")
    post.where, post.watcher = where, watcher
    post.save(update_fields=["where", "watcher"])
    change.note(EventKind.FORUM_POST, where, person=watcher.name)


def write_forum_reply(ticket_id: int, text: str, *, by: User) -> ForumReply:
    """The desk's text; it waits for its confirmation. Another text takes the place of one not yet posted."""
    words = require_text(text, _("Write the reply."))
    with changing(ticket_id, by=by) as change:
        post = _post_for_desk(change, by)
        there = _on_its_way(post)
        if there is not None and there.text == words and not there.sent_back:
            return there
        reply = _write(change, post, there, words, by)
        reply.save()
        change.note(EventKind.FORUM_WRITTEN, words)
        change.tell([confirmer_of(change.ticket)], "forum_text")
    return reply


def choose_courtesy(ticket_id: int, courtesy_id: int, *, by: User, english: bool = False) -> ForumReply:
    """A ready-made reply, confirmed once for all. Raises NotPossible for one that is not confirmed yet."""
    with changing(ticket_id, by=by) as change:
        post = _post_for_desk(change, by)
        courtesy = Courtesy.objects.filter(pk=courtesy_id).first()
        if courtesy is None or courtesy.confirmed_at is None:
            raise NotPossible(_("This courtesy is not confirmed yet: the operations manager does that."), change.ticket)
        words = courtesy.text_en if english else courtesy.text
        there = _on_its_way(post)
        if there is not None and there.text == words and there.confirmed_at is not None:
            return there
        reply = _write(change, post, there, words, by)
        reply.confirmed_at, reply.confirmed_by = courtesy.confirmed_at, courtesy.confirmed_by
        reply.save()
        change.note(EventKind.FORUM_WRITTEN, words)
    return reply


def confirm_forum_reply(ticket_id: int, draft: int, *, by: User) -> ForumReply:
    """The company's department in charge 归口管理部门 agrees to the text as it stood when it was read."""
    with changing(ticket_id, by=by) as change:
        reply = _read_by_confirmer(change, draft, by)
        if reply.confirmed_at is not None:
            return reply
        reply.confirmed_at, reply.confirmed_by, reply.sent_back = change.now, by, ""
        reply.save()
        change.note(EventKind.FORUM_CONFIRMED, reply.text)
        change.tell_people([reply.written_by_id, reply.post.watcher_id], "forum_confirmed")
    return reply


def send_forum_reply_back(ticket_id: int, draft: int, words: str, *, by: User) -> ForumReply:
    """It is not posted like this; the words say why."""
    reason = require_text(words, _("Say what is to be changed."))
    with changing(ticket_id, by=by) as change:
        reply = _read_by_confirmer(change, draft, by)
        if reply.sent_back == reason:
            return reply
        reply.confirmed_at, reply.confirmed_by, reply.sent_back = None, None, reason
        reply.save()
        change.note(EventKind.FORUM_SENT_BACK, reason)
        change.tell_people([reply.written_by_id, reply.post.watcher_id], "forum_sent_back")
    return reply


def post_forum_reply(ticket_id: int, draft: int, *, by: User) -> ForumReply:
    """It stands in the forum now; the first one meets the limit. Raises NotPossible without a confirmed text."""
    with changing(ticket_id, by=by) as change:
        post = _post_for_desk(change, by)
        reply = _on_its_way(post)
        posted = post.replies.order_by("-pk").filter(posted_at__isnull=False).first() if reply is None else None
        if posted is not None and posted.draft == draft:
            return posted
        if reply is None or reply.confirmed_at is None:
            raise NotPossible(
                _("The text is not confirmed yet. Wait for the operations manager or take a courtesy."),
                change.ticket,
            )
        _refuse_another_draft(change, reply, draft)
        reply.posted_at, reply.posted_by = change.now, by
        reply.save()
        if post.answered_at is None:
            post.answered_at = change.now
            post.save(update_fields=["answered_at"])
        change.meet(Target.FORUM_REPLY)
        change.note(EventKind.FORUM_POSTED, reply.text)
    return reply


def add_courtesy(text: str, text_en: str, *, by: User) -> Courtesy:
    """Another ready-made reply, for the operations manager to confirm. The same text again adds nothing."""
    if not by.scope.holds(DESK | LEADERSHIP):
        raise NotYours(_("This is for the front desk."))
    words, english = require_text(text, _("Write the reply.")), require_text(text_en, _("Write the reply."))
    return Courtesy.objects.get_or_create(text=words, defaults={"text_en": english})[0]


@transaction.atomic
def confirm_courtesy(courtesy_id: int, *, by: User) -> Courtesy:
    """Confirmed once for all. Raises Courtesy.DoesNotExist."""
    if not by.scope.holds({Role.OPERATIONS_MANAGER}):
        raise NotYours(_("The operations manager confirms what is posted."))
    courtesy = Courtesy.objects.select_for_update(no_key=True).get(pk=courtesy_id)
    if courtesy.confirmed_at is None:
        courtesy.confirmed_at, courtesy.confirmed_by = clock.now(), by
        courtesy.save(update_fields=["confirmed_at", "confirmed_by"])
    return courtesy


def confirmer_of(ticket: Ticket) -> Role:
    """The operations manager; for a complaint about him the next role up (C23)."""
    role = Role.OPERATIONS_MANAGER
    if ticket.about_person_id is not None:
        held = set(Membership.objects.filter(user=ticket.about_person_id).values_list("role", flat=True))
        while role in held and role in ABOVE:
            role = ABOVE[role]
    return role


def may_confirm_reply(user: User, ticket: Ticket) -> bool:
    return user.pk != ticket.about_person_id and user.scope.holds({confirmer_of(ticket)}, ticket.site_id)


def _post_for_desk(change: Change, by: User) -> ForumPost:
    if not by.scope.holds(DESK, change.ticket.site_id):
        raise NotYours(_("This is for the front desk."), change.ticket)
    if by.pk == change.ticket.about_person_id:
        raise NotYours(_("This complaint is about you: a colleague changes this."), change.ticket)
    return _post_of(change)


def _post_of(change: Change) -> ForumPost:
    found = ForumPost.objects.filter(ticket=change.ticket).first()
    if found is None:
        raise NotPossible(_("Note first where the post stands."), change.ticket)
    return found


def _on_its_way(post: ForumPost) -> ForumReply | None:
    return ForumReply.objects.filter(post=post, posted_at=None).first()


def _write(change: Change, post: ForumPost, there: ForumReply | None, words: str, by: User) -> ForumReply:
    reply = there or ForumReply(post=post)
    reply.text, reply.written_at, reply.written_by, reply.sent_back = words, change.now, by, ""
    reply.confirmed_at = reply.confirmed_by = None
    reply.draft = 1 + (post.replies.aggregate(Max("draft"))["draft__max"] or 0)
    return reply


def _read_by_confirmer(change: Change, draft: int, by: User) -> ForumReply:
    reply = _on_its_way(_post_of(change))
    if not may_confirm_reply(by, change.ticket):
        raise NotYours(_("The operations manager confirms what is posted."), change.ticket)
    if reply is None:
        raise NotPossible(_("No text waits for its confirmation."), change.ticket)
    _refuse_another_draft(change, reply, draft)
    return reply


def _refuse_another_draft(change: Change, reply: ForumReply, draft: int) -> None:
    if reply.draft != draft:
        raise NotPossible(_("The text has changed meanwhile. Read it again."), change.ticket)
