"""The HTTP interface: one module per chapter. Handlers parse, call the domain and render."""
