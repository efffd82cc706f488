"""Home visits (DOMAIN §4). Their tables and pages arrive with their own issue."""
