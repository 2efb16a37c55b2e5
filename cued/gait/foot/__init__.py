"""Contacts, lifts, strides and direction from a sensor on one foot or shank."""
