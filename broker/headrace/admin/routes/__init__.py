"""The admin API's routes, one file a subject."""
