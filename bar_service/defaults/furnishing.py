"""What a new bar starts with: checklists (defaults (a)), a menu with recipe cards. Rows from then on."""

from __future__ import annotations

OPEN = (
    ("提前 10 分钟到岗", "In place 10 minutes early"),
    ("与夜班安保交接物品并双签", "Goods taken over from the night guard, both sign"),
    ("责任区清洁完成", "Own area cleaned"),
    ("杯具器皿洗净擦干，无水渍", "Cups washed, wiped dry, no water marks"),
    ("饮品、点心清点，缺项登记", "Drinks and snacks counted, shortages listed"),
    ("存量与杯具达洽谈座位 2 倍", "Stock and cups reach 2 × the seats"),
    ("保质期检查", "Expiry dates checked"),
    ("开水烧好，水瓶装满", "Water boiled, flasks filled"),
    ("各式饮品、点心备好，茶饮装壶", "Drinks and snacks ready, tea in its pots"),
    ("杯具部分上台，部分备于柜中", "Cups: part on the bar, part in the cupboard"),
    ("台椅整理，烟缸干净到位", "Tables and chairs in order, clean ashtrays"),
    ("轻音乐播放，音量适中", "Light music on, at a low volume"),
    ("灯光适度", "Lights set"),
    ("楼盘资料、报刊杂志齐全", "Sales papers, newspapers, magazines complete"),
    ("安全帽、雨鞋清点，干净，尺码齐", "Hats and boots counted, clean, all sizes"),
    ("贵宾室就绪，托盘备齐", "VIP room ready, trays at hand"),
)
CLOSE = (
    ("收回全部杯具", "All cups collected"),
    ("杯具、毛巾洗净，按序归位", "Cups and towels washed, in their places"),
    ("剩余开水、茶水、不可隔夜饮品倒掉", "Water, tea and what does not keep poured away"),
    ("容器洗净擦干备用", "Containers washed and dried"),
    ("洽谈桌无遗漏杯具", "No cup left on any table"),
    ("烟缸清空、无污渍", "Ashtrays empty and clean"),
    ("余品收好，库存登记", "Goods stored, stock entered"),
    ("台椅复位", "Tables and chairs put back"),
    ("安全帽、雨鞋全部归还或记名", "Every hat and boot back or under a name"),
    ("吧台、制作间电源关闭（冰箱除外）", "Bar and pantry power off (fridge excepted)"),
    ("音响、照明关闭", "Music and lights off"),
    ("已请保洁清扫；与夜班安保双签", "Cleaning called; night guard and attendant sign"),
)
PATROL = (("大厅", "Hall"), ("露台", "Terrace"), ("沙盘", "Scale model"))

# (name, English name, unit, English unit, is a cup)
ITEMS = (
    ("矿泉水", "Mineral water", "瓶", "bottles", False),
    ("咖啡豆", "Coffee beans", "克", "g", False),
    ("铁观音", "Tieguanyin tea", "克", "g", False),
    ("绿茶", "Green tea", "克", "g", False),
    ("橙汁", "Orange juice", "毫升", "ml", False),
    ("牛奶", "Milk", "毫升", "ml", False),
    ("曲奇", "Cookies", "块", "pieces", False),
    ("杯具", "Cups", "只", "pieces", True),
)
# (name, English name, kind, what a serving uses, how it is made, in English)
PRODUCTS = (
    ("矿泉水", "Mineral water", "drink", {"矿泉水": 1}, "瓶身擦干，配杯。", "Wipe the bottle dry, bring a glass."),
    (
        "美式咖啡",
        "Americano",
        "drink",
        {"咖啡豆": 18},
        "双份浓缩 36 毫升，加 90℃ 热水至 240 毫升。",
        "A double shot of 36 ml, hot water of 90 °C up to 240 ml.",
    ),
    (
        "拿铁",
        "Latte",
        "drink",
        {"咖啡豆": 18, "牛奶": 200},
        "双份浓缩，加 65℃ 奶泡 200 毫升。",
        "A double shot, 200 ml of milk foamed at 65 °C.",
    ),
    (
        "茶（铁观音）",
        "Tieguanyin tea",
        "drink",
        {"铁观音": 6},
        "沸水洗茶，冲泡 45 秒，七分满。",
        "Rinse with boiling water, steep 45 seconds, fill to seven tenths.",
    ),
    (
        "绿茶",
        "Green tea",
        "drink",
        {"绿茶": 3},
        "80℃ 水冲泡，七分满。",
        "Water of 80 °C, fill to seven tenths.",
    ),
    (
        "橙汁",
        "Orange juice",
        "drink",
        {"橙汁": 250},
        "冷藏，250 毫升，不加冰除非客人要。",
        "Chilled, 250 ml, ice only when asked for.",
    ),
    ("曲奇", "Cookies", "snack", {"曲奇": 2}, "两块一碟，配纸巾。", "Two on a plate, with a napkin."),
)
