"""How good the answers are, on material that is not part of the project: the folder in ELENCHUS_QUALITY_DIR."""
