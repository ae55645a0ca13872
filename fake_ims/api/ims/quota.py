"""Chapter *Image Quota*."""
