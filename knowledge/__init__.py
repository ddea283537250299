"""What the municipality knows: content, checked and searchable. Imports nothing of ours."""
