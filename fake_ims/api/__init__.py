"""HTTP in and out: a module per chapter; each parses, calls the domain, renders."""
