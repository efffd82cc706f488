"""The least programs that do the portal's work: what any Django, any DRF and one SQL statement cost on this machine."""
