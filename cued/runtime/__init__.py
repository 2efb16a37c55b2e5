"""Asyncio without opinions: supervision, bounded outlets, systemd."""
