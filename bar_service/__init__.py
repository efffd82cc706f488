"""The sales-office bar (DOMAIN §5). Its tables and pages arrive with their own issue."""
