from bar_service.models.duty import Enquiry, GoodsHandover, Run, SalesRequest
from bar_service.models.gear import Gear, Loan
from bar_service.models.hall import DrinkOrder, Party
from bar_service.models.house import Act, Bar, BarTable, CheckItem, Matter
from bar_service.models.stock import Lot, Movement, Product, RecipeLine, StockItem
from bar_service.models.timers import BarTimer, BarTimerStep

__all__ = [
    "Act",
    "Bar",
    "BarTable",
    "BarTimer",
    "BarTimerStep",
    "CheckItem",
    "DrinkOrder",
    "Enquiry",
    "Gear",
    "GoodsHandover",
    "Loan",
    "Lot",
    "Matter",
    "Movement",
    "Party",
    "Product",
    "RecipeLine",
    "Run",
    "SalesRequest",
    "StockItem",
]
