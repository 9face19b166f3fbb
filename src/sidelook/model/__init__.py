"""The nouns: frozen columnar records that every stage takes and gives. No algorithms."""
