"""Pure ASGI layers around the routes, each for one concern."""
