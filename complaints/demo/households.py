"""What makes a demo home look lived in: cars, a few notes for staff, identity numbers that no card carries."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from portal import sealing
from portal.organization.models import User
from residents.models import IdentityNumber, Residence, Unit, UnitNote, Vehicle
from residents.register.cells import check_digit

PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
NOTES = (
    ("父亲听力不便，请放慢语速，敲门重一点。", 200),
    ("家里有婴儿，请轻敲门，不要按门铃。", 60),
    ("养有大型犬，上门前先打电话。", 120),
    ("换锁期间门铃不响，到门口请打电话。", 5),
    ("独居老人，请多关注。", 180),
    ("装修期间联系工长，电话见装修档案。", -20),
)
SHARE_WITH_A_CAR, SHARE_WITH_A_CARD, SHARE_WITH_A_NOTE = 0.55, 0.7, 0.04


def fill_households(random: Random, now: datetime) -> None:
    units = list(Unit.objects.order_by("pk"))
    desk = User.objects.get(username="reception")
    Vehicle.objects.bulk_create(
        Vehicle(unit=unit, plate=_plate(random), space=f"B{random.randint(1, 2)}-{random.randint(1, 400):03d}")
        for unit in units
        if random.random() < SHARE_WITH_A_CAR
    )
    UnitNote.objects.bulk_create(
        _note(unit, desk, random, now) for unit in units if random.random() < SHARE_WITH_A_NOTE
    )
    owners = Residence.objects.filter(relation="owner").order_by("pk").values_list("resident_id", flat=True)
    IdentityNumber.objects.bulk_create(
        _card(resident, random) for resident in owners if random.random() < SHARE_WITH_A_CARD
    )


def _plate(random: Random) -> str:
    return random.choice("粤沪苏浙") + random.choice("ABCDEF") + "".join(random.choices(PLATE_LETTERS, k=5))


def _note(unit: Unit, by: User, random: Random, now: datetime) -> UnitNote:
    text, days = random.choice(NOTES)
    until = now.date() + timedelta(days=days)
    return UnitNote(unit=unit, text=text, until=until, by=by, made_at=now - timedelta(days=random.randint(21, 90)))


def _card(resident_id: int, random: Random) -> IdentityNumber:
    """Region 990101 is nobody's, so that the number is nobody's either."""
    begin = f"990101{random.randint(1950, 2000)}{random.randint(1, 12):02d}{random.randint(1, 28):02d}"
    number = f"{begin}{random.randint(0, 999):03d}"
    number += check_digit(number)
    return IdentityNumber(
        resident_id=resident_id,
        sealed=sealing.seal(number.encode()).decode(),
        fingerprint=sealing.fingerprint(number),
    )
