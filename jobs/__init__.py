"""The other edge, time instead of HTTP: command line, worker, timetable, demo."""
