"""Chapter *Image*: images made from files in buckets, exported to them, and copied."""
