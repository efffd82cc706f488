from celery import shared_task


@shared_task
def send_waiting_messages() -> None:
    """Send what the outbox holds. Safe to run twice: a message is claimed before it is sent."""
    from portal.notifications import sender

    sender.send_waiting()
