"""The IMS APIs, through the front door."""
