from celery import shared_task


@shared_task
def forget_old_answers() -> None:
    """Drop kept answers and one-time codes after their day. Safe to run twice."""
    from residents import access

    access.forget_old()


@shared_task(time_limit=540)  # seconds: letting a register in is one transaction, and a long one
def take_up_imports() -> None:
    """Go on with registers that wait, one after the other. Safe to run twice: a worker holds a lock on its run."""
    from residents.register import runs

    while runs.work():
        pass


@shared_task
def tell_the_week() -> None:
    """Tell supervisors whose numbers were shown last week. Safe to run twice: the outbox knows the week."""
    from residents.services import weekly

    weekly.tell_supervisors()
