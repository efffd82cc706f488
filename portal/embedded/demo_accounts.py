"""The demo accounts, as ``bin/run`` shows them; ``seed_demo`` makes them."""

from __future__ import annotations

# Known to all by design; production refuses demo accounts.
DEMO_PASSWORD = "front-desk-demo"  # noqa: S105
DEMO_ACCOUNTS = (
    ("reception", "receptionist"),
    ("reception2", "receptionist of the second site"),
    ("bar", "bar attendant"),
    ("sales", "salesperson"),
    ("engineering", "engineering staff"),
    ("engineering_head", "head of engineering"),
    ("security_head", "head of security"),
    ("cleaning_head", "head of cleaning"),
    ("supervisor", "supervisor"),
    ("ops", "operations manager"),
    ("manager", "supervising manager"),
    ("gm", "general manager"),
    ("director", "site director"),
    ("admin", "administrator"),
)
