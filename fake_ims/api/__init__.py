"""HTTP in and out: one module per chapter of the reference, each parses, calls the domain, renders."""
