"""Chapter *Image*: images made from servers, disks and backups."""
