"""Documents that users write in TOML or JSON: their schemas, their checks, and applying them."""
