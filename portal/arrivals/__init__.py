"""What was pressed on a device, perhaps without a line, arrives once: by the key that the device gave it."""
