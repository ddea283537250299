"""«kvifor?»: why the person's latest ticket went where it went; objections to partiality."""
