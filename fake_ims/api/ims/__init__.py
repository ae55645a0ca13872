"""Chapter *IMS APIs*: thin handlers that parse, call the domain and render."""
