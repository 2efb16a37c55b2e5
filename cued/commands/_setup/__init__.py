"""The set-up conversation: its steps and answers, the page that asks, and the file it writes."""
