"""The contract: what the API reference says, as tables. Everything else derives from them."""
