"""The operations of the IMS APIs, on the same store as the native API."""
