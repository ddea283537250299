"""What is said about the conversation itself: wait, what do you mean, a joke, grief."""
