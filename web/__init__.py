"""HTTP and nothing else: routes, sessions, forms, pages, downloads."""
