"""The least Django application: no middleware, tables of its own, a page of the queue, a ticket, and creating one.

What any portal on Django and DRF pays for the same work; a ratio to it says what the portal adds.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application

_address = urlsplit(os.environ["DATABASE_URL"])
if not settings.configured:
    settings.configure(
        ROOT_URLCONF="bench.floors.app",
        SECRET_KEY=os.environ["SECRET_KEY"],
        ALLOWED_HOSTS=["127.0.0.1"],
        USE_TZ=True,
        TIME_ZONE="Asia/Shanghai",
        USE_I18N=False,
        INSTALLED_APPS=["rest_framework"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": _address.path[1:],
                "USER": "postgres",
                "HOST": parse_qs(_address.query)["host"][0],
                "CONN_MAX_AGE": 600,
            }
        },
        REST_FRAMEWORK={
            "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
            "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
            "UNAUTHENTICATED_USER": None,
        },
    )
    django.setup()

from django.db import connection, models, transaction  # noqa: E402
from django.http import Http404, HttpRequest, HttpResponse  # noqa: E402
from django.template import engines  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402
from rest_framework import serializers  # noqa: E402
from rest_framework.authentication import BaseAuthentication  # noqa: E402
from rest_framework.exceptions import AuthenticationFailed  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

QUEUE = engines["django"].from_string(
    """<!doctype html><title>Queue</title><table>{% for t in tickets %}
<tr><td><a href="/tickets/{{ t.number }}/">{{ t.number }}</a><td>{{ t.severity }}<td>{{ t.status }}<td>{{ t.room }}
<td>{{ t.who }}<td>{{ t.description }}<td>{{ t.department_id }}<td>{{ t.account_id }}
<td>{{ t.received_at|date:"Y-m-d H:i" }}<td>{{ t.next_deadline|date:"Y-m-d H:i" }}{% endfor %}</table>
{% if last %}<a href="?after={{ last.next_deadline.timestamp }}-{{ last.id }}">next</a>{% endif %}"""
)
TICKET = engines["django"].from_string(
    """<!doctype html><title>{{ t.number }}</title><h1>{{ t.number }}</h1><p>{{ t.description }}
<p>{{ t.room }} {{ t.who }}
<p>{{ t.status }} {{ t.severity }} {{ t.received_at|date:"Y-m-d H:i" }}
<ul>{% for e in events %}<li>{{ e.at|date:"Y-m-d H:i" }} {{ e.kind }} {{ e.text }}{% endfor %}</ul>
<ul>{% for m in timers %}<li>{{ m.target }} {{ m.state }} {{ m.due_at|date:"Y-m-d H:i" }}{% endfor %}</ul>"""
)


class Row(models.Model):
    class Meta:
        abstract = True
        app_label = "floors"
        managed = False


class Token(Row):
    key = models.TextField(primary_key=True)
    account_id = models.BigIntegerField()
    expires_at = models.DateTimeField()

    class Meta(Row.Meta):
        db_table = "floor_token"


class Ticket(Row):
    id = models.BigAutoField(primary_key=True)
    number = models.TextField()
    site_id = models.IntegerField()
    department_id = models.IntegerField(null=True)
    account_id = models.BigIntegerField()
    severity = models.TextField()
    status = models.TextField()
    room = models.TextField()
    who = models.TextField()
    description = models.TextField()
    received_at = models.DateTimeField()
    next_deadline = models.DateTimeField(null=True)

    class Meta(Row.Meta):
        db_table = "floor_ticket"


class Timer(Row):
    id = models.BigAutoField(primary_key=True)
    ticket = models.ForeignKey(Ticket, models.DO_NOTHING)
    target = models.TextField()
    state = models.TextField()
    due_at = models.DateTimeField()
    next_check_at = models.DateTimeField(null=True)
    next_level = models.IntegerField(default=0)

    class Meta(Row.Meta):
        db_table = "floor_timer"


class Event(Row):
    id = models.BigAutoField(primary_key=True)
    ticket = models.ForeignKey(Ticket, models.DO_NOTHING)
    kind = models.TextField()
    at = models.DateTimeField()
    text = models.TextField(default="")

    class Meta(Row.Meta):
        db_table = "floor_event"


def queue(request: HttpRequest) -> HttpResponse:
    """Fifty open tickets of a site by deadline, in one statement; keyset pages."""
    found = Ticket.objects.filter(site_id=1).exclude(status="closed").order_by("next_deadline", "id")
    if "after" in request.GET:
        found = found.filter(next_deadline__gte=request.GET["after"])
    tickets = list(found[:50])
    return HttpResponse(QUEUE.render({"tickets": tickets, "last": tickets[-1] if tickets else None}))


def ticket(_request: HttpRequest, number: str) -> HttpResponse:
    found = Ticket.objects.filter(number=number).first()
    if found is None:
        raise Http404
    events = Event.objects.filter(ticket=found).order_by("at", "id")
    timers = Timer.objects.filter(ticket=found)
    return HttpResponse(TICKET.render({"t": found, "events": events, "timers": timers}))


class TokenFromTheDatabase(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[int, Token]:
        key = request.headers.get("Authorization", "").removeprefix("Bearer ")
        token = Token.objects.filter(key=key, expires_at__gt=timezone.now()).first()
        if token is None:
            raise AuthenticationFailed
        return token.account_id, token


class ReportSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(max_length=20)
    description = serializers.CharField(max_length=4000)
    place = serializers.CharField(max_length=200, required=False)


class ByOrm(APIView):
    """Ticket, two timers and an event by the ORM, in one transaction."""

    authentication_classes = [TokenFromTheDatabase]

    def post(self, request: Request) -> Response:
        form = ReportSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        now = timezone.now()
        with transaction.atomic():
            made = Ticket.objects.create(
                number=f"N-{now.timestamp()}-{os.getpid()}",
                site_id=1,
                account_id=request.user,
                severity="minor",
                status="registered",
                room="8-1-1203",
                who="",
                description=form.validated_data["description"],
                received_at=now,
                next_deadline=now + timedelta(minutes=10),
            )
            Timer.objects.bulk_create(
                [
                    Timer(ticket=made, target=target, state="running", due_at=due, next_check_at=due)
                    for target, due in (("dispatch", made.next_deadline), ("resolve", now + timedelta(days=1)))
                ]
            )
            Event.objects.create(ticket=made, kind="registered", at=now)
        return Response({"id": made.pk, "number": made.number, "received_at": now.isoformat()}, status=201)


class BySql(APIView):
    """The same rows in one statement."""

    authentication_classes = [TokenFromTheDatabase]

    def post(self, request: Request) -> Response:
        form = ReportSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with connection.cursor() as cursor:
            cursor.execute(
                """
                WITH ticket AS (
                    INSERT INTO floor_ticket (number, site_id, account_id, severity, status, room, who, description,
                                              received_at, next_deadline)
                    VALUES ('S-' || nextval('floor_number'), 1, %s, 'minor', 'registered', '8-1-1203', '', %s, now(),
                            now() + interval '10 minutes')
                    RETURNING id, number, received_at
                ), timers AS (
                    INSERT INTO floor_timer (ticket_id, target, state, due_at, next_check_at)
                    SELECT id, target, 'running', received_at + within, received_at + within
                      FROM ticket,
                           (VALUES ('dispatch', interval '10 minutes'), ('resolve', '1 day')) AS t (target, within)
                ), event AS (
                    INSERT INTO floor_event (ticket_id, kind, at) SELECT id, 'registered', received_at FROM ticket
                )
                SELECT id, number, received_at FROM ticket
                """,
                [request.user, form.validated_data["description"]],
            )
            pk, number, at = cursor.fetchone()
        return Response({"id": pk, "number": number, "received_at": at.isoformat()}, status=201)


urlpatterns = [
    path("", queue),
    path("queue/", queue),
    path("tickets/<str:number>/", ticket),
    path("by-orm/", ByOrm.as_view()),
    path("by-sql/", BySql.as_view()),
]
application = get_wsgi_application()
