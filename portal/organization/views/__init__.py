"""The pages of an administrator, and of everybody's own way in."""
