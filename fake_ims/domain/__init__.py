"""The service itself: images, members, tags, tasks, time. No HTTP, so it can be tested alone."""
