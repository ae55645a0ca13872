"""Chapter *Image Tagging*: tags below a project."""
