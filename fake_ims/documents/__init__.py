"""Documents that users write: what may stand in them, and all that is wrong with one."""
