"""What the service is: images, members, tags, tasks, time. No HTTP, testable alone."""
