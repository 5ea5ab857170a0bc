"""UpSeller: files a person exports and hands in, and an optional HTTP read of the stock (contract UpSeller).

``read_file`` turns bytes into typed rows or raises one ``RejectedFile``. Columns that hold people are never looked at.
"""

from viang_pipeline.sources.upseller.files import digest, read_file, unpacked
from viang_pipeline.sources.upseller.reading import Reading
from viang_pipeline.sources.upseller.rejection import RejectedFile
from viang_pipeline.sources.upseller.workbook import MOST_BYTES

__all__ = ["MOST_BYTES", "Reading", "RejectedFile", "digest", "read_file", "unpacked"]
