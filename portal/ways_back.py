"""Where a form leads back to: an address of this portal, and nothing that could be read as anything else."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def is_way_back(address: str, request: HttpRequest) -> bool:
    """Whether it is a path of this very host, without line breaks and other signs that headers cannot carry."""
    return (
        bool(address)
        and address.isprintable()
        and url_has_allowed_host_and_scheme(
            address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )
    )
