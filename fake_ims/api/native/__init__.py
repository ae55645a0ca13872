"""Chapter *Native OpenStack APIs*: thin handlers that parse, call the domain and render."""
