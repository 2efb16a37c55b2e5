"""Steps, posture, direction, stumbles and falls from a waist, back or chest sensor."""
