"""Receivers of events: terminal, files, MQTT, the live page and others."""
