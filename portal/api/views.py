"""The base of every API view, the schema, and the page that shows it to people."""

from __future__ import annotations

import json
import threading
from functools import cache
from typing import Any

from csp.decorators import csp_replace
from django.utils.decorators import method_decorator
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.settings import patched_settings
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal import health

_one_at_a_time = threading.Lock()  # patched_settings changes what all threads read
VERSIONS = {"3.0.3": "3.0.3"}


@cache
def _schema(version: str) -> Any:
    with _one_at_a_time, patched_settings({"OAS_VERSION": version}):
        return SchemaGenerator().get_schema(request=None, public=True)


@extend_schema(exclude=True)
class SchemaView(APIView):
    """OpenAPI 3.1, or 3.0.3 with ``?version=3.0.3``."""

    authentication_classes = ()
    permission_classes = ()
    renderer_classes = (OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer)

    def get(self, request: Request) -> Response:
        return Response(_schema(VERSIONS.get(request.query_params.get("version", ""), "3.1.0")))


# Swagger's own page styles itself in line; nothing but this page may.
@method_decorator(
    csp_replace({"style-src": ["'self'", "'unsafe-inline'"], "img-src": ["'self'", "data:"]}), name="dispatch"
)
class DocsView(SpectacularSwaggerSplitView):
    url_name = "api:schema"
    permission_classes = ()
    authentication_classes = ()


class HealthySerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["ok"])
    version = serializers.CharField()


class DownSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["down"])
    down = serializers.ListField(child=serializers.ChoiceField(choices=["database", "redis", "sweep", "sender"]))


class HealthView(APIView):
    """As ``/health/``."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(operation_id="health", responses={200: HealthySerializer, 503: DownSerializer}, auth=[])
    def get(self, request: Request) -> Response:
        answer = health.health(request._request)  # DRF offers no other way to the plain request
        return Response(json.loads(answer.content), status=answer.status_code)
