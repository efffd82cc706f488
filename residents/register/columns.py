"""What the header of a column means: by synonyms that companies use, else by what a site was told. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from residents.spelling import plain


class Field(StrEnum):
    ESTATE = "estate"
    PHASE = "phase"
    BUILDING = "building"
    ENTRANCE = "entrance"
    FLOOR = "floor"
    ROOM = "room"
    AREA = "area"
    LAYOUT = "layout"
    STATUS = "status"
    USE = "use"
    OWNER = "owner"
    RELATION = "relation"
    PHONE = "phone"
    IDENTITY = "identity"
    SINCE = "since"
    PLATE = "plate"
    REMARKS = "remarks"
    TENANT = "tenant"
    TENANT_PHONE = "tenant_phone"
    TENANT_IDENTITY = "tenant_identity"
    TENANT_SINCE = "tenant_since"
    IGNORED = ""


SYNONYMS: dict[Field, str] = {
    Field.ESTATE: "小区 项目 楼盘 小区名称 项目名称 楼盘名称 estate",
    Field.PHASE: "期 期数 分期 项目分期 期区 组团 phase",
    Field.BUILDING: (
        "楼栋 栋 楼号 栋号 楼宇 幢 座 座号 幢号 座栋 栋座 楼栋号 楼座 楼栋名称 楼宇名称 building buildingno"
    ),
    Field.ENTRANCE: "单元 单元号 梯 单元名称 entrance unit",
    Field.FLOOR: "楼层 层 所在楼层 层号 floor",
    Field.ROOM: (
        "房号 室号 房间号 门牌号 房屋编码 房屋编号 房产编码 房间编码 铺号 商铺号 铺位 铺位号 房屋 "
        "户号 房间 室 门牌 房产 房屋名称 房间名称 房屋地址 商铺编号 商铺 店铺号 房屋号 单元房号 "
        "楼栋房号 房屋信息 room roomno"
    ),
    Field.AREA: "建筑面积 面积 计费面积 收费面积 产权面积 房屋面积 套内面积 实测面积 area",
    Field.LAYOUT: "户型 房型 layout",
    Field.STATUS: "房屋状态 状态 入住状态 房态 使用状态 交付状态 入住情况 status",
    Field.USE: "经营项目 业态 用途 房屋用途 使用性质 经营范围 房屋类型 use",
    Field.OWNER: (
        "业主姓名 业主 产权人 产权人姓名 户主 户主姓名 姓名 业主名称 客户名称 客户姓名 业主名 房主 "
        "房主姓名 住户姓名 住户 权属人 owner name ownername"
    ),
    Field.RELATION: "关系 与业主关系 住户类型 客户类型 身份 人员类别 人员类型 与户主关系 业主关系 relation",
    Field.PHONE: (
        "联系电话 手机 手机号 手机号码 电话 电话号码 联系方式 业主电话 业主手机 联系手机 移动电话 "
        "业主手机号 业主联系电话 业主联系方式 备用电话 备用手机 其他电话 固定电话 固话 座机 "
        "家庭电话 住宅电话 宅电 办公电话 phone mobile tel telephone"
    ),
    Field.IDENTITY: (
        "身份证号 身份证 身份证号码 证件号码 证件号 业主身份证号 身份证件号码 业主证件号码 "
        "业主身份证 业主身份证号码 identity"
    ),
    Field.SINCE: (
        "入住日期 收楼日期 交房日期 入伙日期 入住时间 收楼时间 交付日期 交房时间 收房日期 收房时间 接房日期 since"
    ),
    Field.PLATE: "车牌号 车牌 车辆 车牌号码 车号 车辆牌照 plate",
    Field.REMARKS: "备注 说明 备注信息 备注说明 remarks remark",
    Field.TENANT: "租客姓名 租户姓名 租客 租户 承租人 承租人姓名 使用人 租户名称 租赁人 使用人姓名 tenant",
    Field.TENANT_PHONE: (
        "租客电话 租户电话 租客手机 租户手机 承租人电话 租客联系电话 租户联系电话 "
        "使用人电话 租户手机号 租客手机号 承租人手机 承租人联系电话 租户联系方式 "
        "租客联系方式 使用人联系电话"
    ),
    Field.TENANT_IDENTITY: ("租客身份证号 租户身份证号 租客证件号码 租户证件号码 承租人身份证号 租客身份证 租户身份证"),
    Field.TENANT_SINCE: "起租日期 租赁开始日期 租期开始 起租日 租赁起始日期 租户入住日期 租客入住日期",
    Field.IGNORED: "序号 编号 no",
}
# Two columns of one of these say more than one does; of all others, the second may only say the same.
JOINED = frozenset({
    Field.OWNER, Field.PHONE, Field.IDENTITY, Field.PLATE, Field.REMARKS,
    Field.TENANT, Field.TENANT_PHONE, Field.TENANT_IDENTITY,
})  # fmt: skip
# What a column is under a heading 租户, where its own words say no more than 姓名.
OF_TENANTS = {
    Field.OWNER: Field.TENANT,
    Field.PHONE: Field.TENANT_PHONE,
    Field.IDENTITY: Field.TENANT_IDENTITY,
    Field.SINCE: Field.TENANT_SINCE,
}
_MEANING = {word: field for field, words in SYNONYMS.items() for word in words.split()}
_LOOSE = re.compile(r"[(（\[【].*?[)）\]】]|[\s*＊:：/_\-]+")
_COUNTED = re.compile(r"(?:[0-9]+|[一二三四])$|^第[一二三四]")
_TENANTS = re.compile(r"租户|租客|承租|租赁|使用人")
_OWNERS = re.compile(r"业主|产权|户主|房主|住户|基本|房屋|房产|客户")
LONGEST_HEADER = 60
HEADER_WITHIN = 20  # rows from the top
FEWEST_KNOWN = 2


def spelled(header: object) -> str:
    """``建筑面积(㎡)`` and `` 建筑面积：`` alike."""
    words = "" if header is None else str(header)
    return _LOOSE.sub("", plain(words)).lower()[:LONGEST_HEADER]


def meaning(header: str, told: Mapping[str, str]) -> Field | None:
    """The field of a spelled header, or None for one that nobody has explained yet."""
    if header in told:
        return Field(told[header])
    if header in _MEANING:
        return _MEANING[header]
    return _MEANING.get(_COUNTED.sub("", header)) or None  # 联系电话2


def combined(above: str, below: str, told: Mapping[str, str]) -> tuple[str, Field | None]:
    """A column under a heading: 租户 over 姓名 is 租户姓名. Its name, and what it means."""
    name = f"{above}{below}"[:LONGEST_HEADER] if above and below and _means_something(above) else below or above
    if name in told:
        return name, Field(told[name])
    whole, own = meaning(name, told), meaning(below or above, told)
    if whole is None and own is not None and _TENANTS.search(above):
        return name, OF_TENANTS.get(own, own)
    return name, own if whole is None else whole


def _means_something(heading: str) -> bool:
    return bool(_TENANTS.search(heading) or _OWNERS.search(heading))


def find_header(rows: Sequence[Sequence[Any]], told: Mapping[str, str]) -> tuple[int, int] | None:
    """Which of a sheet's first rows are the header, first and last; one row, or two where headings stand over it."""
    known = [sum(1 for cell in row if (word := spelled(cell)) and meaning(word, told)) for row in rows[:HEADER_WITHIN]]
    most = max(known, default=0)
    if most < FEWEST_KNOWN:
        at = next((at for at, row in enumerate(rows[:HEADER_WITHIN]) if _texts(row) >= 3), None)
        return None if at is None else (at, at)
    best = known.index(most)
    if best + 1 < len(known) and known[best + 1] >= FEWEST_KNOWN and _is_header(rows[best + 1], told):
        return best, best + 1
    if best and _texts(rows[best - 1]) >= 2 and any(_means_something(spelled(cell)) for cell in rows[best - 1]):
        return (best - 1, best) if _all_short(rows[best - 1]) else (best, best)
    return best, best


def _is_header(row: Sequence[Any], told: Mapping[str, str]) -> bool:
    """Whether every cell that says something is the name of a column."""
    words = [spelled(cell) for cell in row if spelled(cell)]
    return bool(words) and all(meaning(word, told) is not None for word in words)


def repeats(row: Sequence[Any], meanings: Sequence[Field | None], told: Mapping[str, str]) -> bool:
    """Whether a row is the header once more, as on every printed page."""
    said = [(spelled(cell), field) for cell, field in zip(row, meanings, strict=False) if spelled(cell)]
    return len(said) > 1 and all(field is not None and meaning(word, told) == field for word, field in said)


def _all_short(row: Sequence[Any]) -> bool:
    return all(len(spelled(cell)) <= 8 for cell in row)


def _texts(row: Sequence[Any]) -> int:
    return sum(1 for cell in row if isinstance(cell, str) and cell.strip())


def holds_homes(fields: set[Field]) -> bool:
    """Whether a sheet with these columns can be read at all: it has to say which home a row is about."""
    return Field.ROOM in fields
