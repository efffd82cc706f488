"""Home visits 走访 (DOMAIN §4): rounds, appointments, the door, what was heard, and the year's coverage."""
