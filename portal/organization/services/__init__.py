"""What an administrator changes: people and their roles, their way in, the company's places."""
