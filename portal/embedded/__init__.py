"""PostgreSQL, Redis and the commands of ``bin/`` for a machine that has nothing but python3.

Everything here is standard library at import, because ``bin/run`` imports it before ``.venv`` exists. Only
``catalogs`` and ``prepare`` reach for third-party packages, and only when they are run by the environment's Python.
"""
