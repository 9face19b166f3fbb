"""The web console: the page, its history over REST, its live picture over a WebSocket."""
