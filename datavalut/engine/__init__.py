"""From a subset plan to a verified database: the work, cut into items that any number of workers share."""
