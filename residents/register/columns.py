"""What the header of a column means: by synonyms that companies use, else by what a site was told. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any
from unicodedata import normalize


class Field(StrEnum):
    BUILDING = "building"
    ENTRANCE = "entrance"
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
    Field.BUILDING: "楼栋 栋 楼号 栋号 楼宇 幢 座 座号 幢号 building",
    Field.ENTRANCE: "单元 单元号 梯 entrance unit",
    Field.ROOM: "房号 室号 房间号 门牌号 房屋编码 房屋编号 房产编码 房间编码 铺号 商铺号 铺位 铺位号 房屋 户号 room",
    Field.AREA: "建筑面积 面积 计费面积 收费面积 产权面积 area",
    Field.LAYOUT: "户型 房型 layout",
    Field.STATUS: "房屋状态 状态 入住状态 房态 使用状态 status",
    Field.USE: "经营项目 业态 用途 房屋用途 使用性质 经营范围 use",
    Field.OWNER: "业主姓名 业主 产权人 产权人姓名 户主 户主姓名 姓名 业主名称 客户名称 客户姓名 owner name",
    Field.RELATION: "关系 与业主关系 住户类型 客户类型 身份 人员类别 relation",
    Field.PHONE: "联系电话 手机 手机号 手机号码 电话 电话号码 联系方式 业主电话 业主手机 联系手机 移动电话 phone",
    Field.IDENTITY: "身份证号 身份证 身份证号码 证件号码 证件号 业主身份证号 身份证件号码 identity",
    Field.SINCE: "入住日期 收楼日期 交房日期 入伙日期 入住时间 收楼时间 交付日期 since",
    Field.PLATE: "车牌号 车牌 车辆 车牌号码 车号 plate",
    Field.REMARKS: "备注 说明 备注信息 remarks",
    Field.TENANT: "租客姓名 租户姓名 租客 租户 承租人 承租人姓名 使用人 tenant",
    Field.TENANT_PHONE: "租客电话 租户电话 租客手机 租户手机 承租人电话 租客联系电话 租户联系电话 使用人电话",
    Field.TENANT_IDENTITY: "租客身份证号 租户身份证号 租客证件号码 租户证件号码 承租人身份证号 租客身份证 租户身份证",
    Field.TENANT_SINCE: "起租日期 租赁开始日期 租期开始 起租日 租赁起始日期",
    Field.IGNORED: "序号 编号 no",
}
_MEANING = {word: field for field, words in SYNONYMS.items() for word in words.split(" ")}
_LOOSE = re.compile(r"[(（\[【].*?[)）\]】]|[\s*＊:：/]+")
LONGEST_HEADER = 60
HEADER_WITHIN = 20  # rows from the top
FEWEST_KNOWN = 2


def spelled(header: object) -> str:
    """``建筑面积(㎡)`` and `` 建筑面积：`` alike."""
    text = "" if header is None else str(header)
    return _LOOSE.sub("", normalize("NFKC", text)).lower()[:LONGEST_HEADER]


def meaning(header: str, told: Mapping[str, str]) -> Field | None:
    """The field of a spelled header, or None for one that nobody has explained yet."""
    if header in told:
        return Field(told[header])
    return _MEANING.get(header)


def find_header(rows: Sequence[Sequence[Any]], told: Mapping[str, str]) -> int | None:
    """Which of a sheet's first rows is the header: the one with most known words, else the first with three texts."""
    best, most = None, 0
    for at, row in enumerate(rows[:HEADER_WITHIN]):
        words = [spelled(cell) for cell in row]
        known = sum(1 for word in words if word and meaning(word, told))
        if known > most:
            best, most = at, known
    if most >= FEWEST_KNOWN:
        return best
    return next((at for at, row in enumerate(rows[:HEADER_WITHIN]) if _texts(row) >= 3), None)


def _texts(row: Sequence[Any]) -> int:
    return sum(1 for cell in row if isinstance(cell, str) and cell.strip())


def holds_homes(fields: set[Field]) -> bool:
    """Whether a sheet with these columns can be read at all: it has to say which home a row is about."""
    return Field.ROOM in fields
