"""Chapter *Image Tagging*: tags below ``/v1/cloudimages``."""
