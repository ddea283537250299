"""May a relative be told? The user is asked with a code, and can take a yes back at any time."""
