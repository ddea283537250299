"""The conversation: flows, `decide`, the collaboration rules, and (apart) the store."""
