"""What set-up asks about, a file a topic: its fields, what stands, what is written and tried."""
