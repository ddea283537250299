"""Questions: answered from the knowledge base, asked back, or sent to the service centre."""
