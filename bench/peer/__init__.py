"""django-helpdesk as its guide installs it, in an environment of its own: what a desk would use instead."""

TOKEN = "0123456789abcdef" * 2 + "01234567"  # of the REST API; the database is thrown away
USER, PASSWORD = "desk", "desk"
SEARCHED = "resident4321@"  # one resident's tickets
