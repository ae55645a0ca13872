"""Read-only look-ups of the world's servers, flavors and volumes, as Nova and Cinder answer."""
