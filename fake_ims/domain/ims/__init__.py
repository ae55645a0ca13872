"""What the IMS APIs do: the vendor's half of the service, on the same store as the native one."""
