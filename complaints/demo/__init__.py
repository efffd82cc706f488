"""The demo: an invented company with its sites, people and three months of tickets. Refused in production."""
