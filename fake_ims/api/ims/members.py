"""Chapter *Image Sharing*: members in batch."""
