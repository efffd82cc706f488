from celery import shared_task


@shared_task
def sweep() -> None:
    """Fire what is due, then send what that put into the outbox. Safe to run twice or at once."""
    from portal.notifications import sender
    from portal.promises import sweeping

    sweeping.sweep()
    sender.send_waiting()
