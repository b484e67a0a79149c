"""Reports: the page for technicians, engineers and researchers."""
