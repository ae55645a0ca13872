"""The contract: the API reference as tables. Everything else derives from them."""
