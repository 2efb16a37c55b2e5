"""Who is told of events: terminal, files, MQTT, the live page."""
