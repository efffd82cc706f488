"""Measures the portal beside the least programs that could do its work, and beside its peer. Never part of the tests.

Nothing of the product imports this; ``README.md`` says how to read what it prints.
"""
