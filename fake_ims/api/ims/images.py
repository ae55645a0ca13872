"""Chapter *Image*: lists, changes and operating systems."""
