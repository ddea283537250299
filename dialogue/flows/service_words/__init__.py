"""The words that work at any point: STOPP, START, HJELP, «slett meg», the written standard."""
