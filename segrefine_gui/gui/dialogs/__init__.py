"""The dialogs: each asks for one thing and hands back a frozen value."""
