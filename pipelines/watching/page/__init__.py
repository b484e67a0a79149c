"""A page that lives: machines, alarms and what people answer, over HTTP."""
