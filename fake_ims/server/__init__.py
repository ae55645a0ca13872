"""The request pipeline (``pipeline.py``), the state that requests use, and the server."""
