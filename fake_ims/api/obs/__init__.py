"""OBS in miniature: buckets and objects of the world, over HTTP."""
