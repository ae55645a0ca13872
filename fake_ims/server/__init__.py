"""One request's way (``pipeline.py``), the state that it works on, and what runs both."""
