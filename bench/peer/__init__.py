"""The peer: django-helpdesk as its guide installs it, e-mail to a dummy, in an environment and databases of its own.

``environment`` and ``where`` are ours; the other modules run under the peer's Python and import nothing of the portal.
"""
