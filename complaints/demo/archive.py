"""The demo's homes and people: invented names, phones from 13800000001 in the order of their units (INTERFACES §2)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from portal.organization.models import Site
from residents.models import Building, Contact, Entrance, Phone, Relation, Residence, Resident, Unit, UnitStatus
from residents.spelling import search_pairs, search_text

# buildings, entrances, floors, homes a floor
LAYOUT = {"YJW": (8, 2, 18, 3), "RQG": (6, 1, 18, 3)}
FIRST_OWNER_PHONE = 13800000001
FIRST_OTHER_PHONE = 13911110001

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任沈"
GIVEN_MEN = "伟 强 磊 军 洋 勇 杰 涛 明 超 平 刚 建国 建华 志强 晓东 思远 文斌 子涵 浩然 俊杰 国庆 小龙 振华 一鸣 立新"
GIVEN_WOMEN = "芳 秀英 敏 静 丽 艳 娟 秀兰 霞 桂英 玉兰 海燕 雪梅 雨桐 欣怡 梓萱 佳宁 丽娜 春梅 红梅 淑珍 晨曦 凤英"
GIVEN = [
    *((given, "先生") for given in GIVEN_MEN.split(" ")),
    *((given, "女士") for given in GIVEN_WOMEN.split(" ")),
]
LAYOUTS = (("两室一厅", 78), ("两室两厅", 89), ("三室两厅", 98), ("三室两厅", 126), ("四室两厅", 143))
STATUSES = (
    [UnitStatus.OCCUPIED] * 84
    + [UnitStatus.VACANT] * 7
    + [UnitStatus.RENOVATING] * 4
    + [UnitStatus.HANDED_OVER] * 3
    + [UnitStatus.NOT_COLLECTED] * 2
)
SHOWN_HOME = ("YJW", "8-1-1203")  # occupied, whatever the dice say


def fill_archive(sites: dict[str, Site], random: Random, now: datetime) -> None:
    """Homes, their owners, and some families and tenants, one of whom has moved out."""
    units = [unit for site in sites.values() for unit in _build(site, random)]
    Unit.objects.bulk_create(units)
    _move_in(units, random, now.date())


def _build(site: Site, random: Random) -> list[Unit]:
    buildings, entrances, floors, homes = LAYOUT[site.code]
    units = []
    for building_code in range(1, buildings + 1):
        building = Building.objects.create(site=site, code=str(building_code))
        for entrance_code in range(1, entrances + 1):
            entrance = Entrance.objects.create(building=building, code=str(entrance_code))
            for floor in range(1, floors + 1):
                for home in range(1, homes + 1):
                    room = f"{building_code}-{entrance_code}-{floor}{home:02d}"
                    layout, area = LAYOUTS[home % len(LAYOUTS)]
                    shown = (site.code, room) == SHOWN_HOME or len(units) < 3
                    units.append(
                        Unit(
                            site=site,
                            entrance=entrance,
                            room=room,
                            digits=room.replace("-", ""),
                            floor=floor,
                            area=area + random.randint(0, 9) / 10,
                            layout=layout,
                            use="住宅",
                            status=UnitStatus.OCCUPIED if shown else random.choice(STATUSES),
                        )
                    )
    return units


def _move_in(units: list[Unit], random: Random, today: date) -> None:
    people: list[Resident] = []
    numbers: list[str] = []
    homes: list[tuple[int, Unit, Relation, date, date | None]] = []
    other_phone = FIRST_OTHER_PHONE

    def add(unit: Unit, relation: Relation, number: str, until: date | None = None) -> None:
        since = today - timedelta(days=random.randint(400, 3000))
        homes.append((len(people), unit, relation, since, until))
        people.append(_person(random))
        numbers.append(number)

    for place, unit in enumerate(units):
        add(unit, Relation.OWNER, str(FIRST_OWNER_PHONE + place))
        if place >= 3 and unit.status == UnitStatus.OCCUPIED and random.random() < 0.25:
            relation = random.choice([Relation.FAMILY, Relation.FAMILY, Relation.TENANT])
            moved_out = today - timedelta(days=random.randint(30, 300)) if random.random() < 0.15 else None
            add(unit, relation, str(other_phone), moved_out)
            other_phone += 1
    for person, number in zip(people, numbers, strict=True):
        person.search_text, person.search_pairs = search_text(person.name, [number]), search_pairs(person.name)
    Resident.objects.bulk_create(people)
    Phone.objects.bulk_create(
        Phone(resident=person, number=number) for person, number in zip(people, numbers, strict=True)
    )
    Residence.objects.bulk_create(
        Residence(resident=people[who], unit=unit, relation=relation, since=since, until=until)
        for who, unit, relation, since, until in homes
    )


def _person(random: Random) -> Resident:
    surname, (given, title) = random.choice(SURNAMES), random.choice(GIVEN)
    quiet = [{"start": "12:00", "end": "14:00"}] if random.random() < 0.1 else []
    return Resident(
        name=surname + given,
        form_of_address=surname + title,
        contact=random.choice([Contact.PHONE, Contact.PHONE, Contact.MESSAGE, Contact.VISIT]),
        do_not_call=quiet,
    )
