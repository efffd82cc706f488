"""What registers call the state of a home and a person's relation to it."""

from __future__ import annotations

import re

from residents.models import Relation, UnitStatus

_STATUSES = {
    UnitStatus.UNSOLD: "未售 待售 未销售 unsold",
    UnitStatus.VACANT: "空置 空关 空房 空置房 未入住 vacant",
    UnitStatus.NOT_COLLECTED: "未办理 未收楼 未交房 未接房 未交付 未收房 notcollected",
    UnitStatus.HANDED_OVER: "已收楼 已交房 已交付 已接房 已收房 handedover",
    UnitStatus.OCCUPIED: "已入住 入住 自住 出租 已出租 常住 在住 occupied",
    UnitStatus.RENOVATING: "装修中 装修 在装修 正在装修 underrenovation",
    UnitStatus.SHOP: "营业 商铺 营业中 shop",
    UnitStatus.SHOW_FLAT: "样板间 样板房 showflat",
    UnitStatus.SET_OFF: "工程抵款",
    UnitStatus.LENT_OUT: "施工借用",
}
_RELATIONS = {
    Relation.OWNER: (
        "业主 产权人 户主 共有人 业主本人 本人 房东 共同产权人 共同业主 业主(主) "
        "主业主 业主1 业主2 房主 权属人 共有业主 owner"
    ),
    Relation.TENANT: "租户 租客 承租人 承租户 租赁 租赁户 承租 租住 租赁人 使用人 tenant",
    Relation.FAMILY: (
        "家属 家人 配偶 妻子 丈夫 妻 夫 父亲 母亲 父 母 父母 儿子 女儿 子 女 子女 亲属 "
        "亲戚 同住人 家庭成员 业主家属 爱人 岳父 岳母 公公 婆婆 儿媳 女婿 孙子 孙女 爷爷 奶奶 "
        "兄弟 姐妹 哥哥 弟弟 姐姐 妹妹 family"
    ),
}
STATUSES = {word: status for status, words in _STATUSES.items() for word in words.split()}
RELATIONS = {word: relation for relation, words in _RELATIONS.items() for word in words.split()}
# Who says so beside an owner named before is no surprise.
CO_OWNERS = frozenset({"共有人", "共同产权人", "共同业主", "共有业主", "业主2"})
# Who no longer belongs there does not go in.
FORMER = re.compile(r"^[原前]|已(?:退租|搬|迁|过户|售)|退租")
OWNERLESS = {UnitStatus.UNSOLD, UnitStatus.SHOW_FLAT}
