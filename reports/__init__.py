"""Dashboards and reports (DOMAIN §10): they read everything, and own no facts but what was issued."""
