"""What every installation starts with: one module per subject, each with ``load()``.

``manage.py load_reference`` calls them; each makes what is missing, changes nothing
that is there, and returns how many rows it made.
"""
