"""The trunk: what a waist, back or chest sensor shows of steps, posture, stumbles and falls."""
