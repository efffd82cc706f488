from celery import shared_task


@shared_task
def sweep_orphans() -> None:
    """Drop files to which nothing refers after a day. Safe to run twice."""
    from portal.files import services

    services.sweep_orphans()
