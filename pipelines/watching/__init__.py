"""Listening without end: sources, windows judged, alarms, events, history."""
