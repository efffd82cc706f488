from celery import shared_task

LONGEST_SECONDS = 25.0  # with the sending that follows well below the task's time limit


@shared_task
def sweep() -> None:
    """Fire what is due, then send what that put into the outbox. Safe to run twice or at once."""
    from portal.notifications import sender
    from portal.promises import sweeping

    sweeping.sweep(seconds=LONGEST_SECONDS)
    sender.send_waiting()
