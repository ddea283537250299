"""Import: drafts from web pages, tables and other bots' exports. Loaded by its command only."""
