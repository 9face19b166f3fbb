"""Truth made elsewhere, as records: tables, SUMO's floating-car data, ADS-B, DIS; and our own truth as Parquet.

Each reader takes bytes or an open binary stream that can seek, and gives ``model.truth.TruthSamples`` sorted by
entity, then time. Import the module of the format: each brings its own engine.
"""
