"""Understanding one message: standard, intent, entities, sensitive parts, emergencies."""
