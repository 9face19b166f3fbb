"""Tables as files that maps and spreadsheets open: GeoParquet, GeoJSON, KML, CSV and Arrow.

Each file format is a sink: ``write`` takes one block of rows after another, ``close`` ends the document. So a
recording of any size passes through in the memory of one block. The stream is the caller's to open and close.
"""
