# What stands on paper in place of controls.

filter-in-words = { $period } · Project: { $projects } · API key: { $keys }
