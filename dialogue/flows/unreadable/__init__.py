"""What can't be read as Norwegian text: photos, voices, groups, other languages."""
