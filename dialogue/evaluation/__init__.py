"""Judging answers against labelled messages: figures with intervals, confusions, comparison."""
