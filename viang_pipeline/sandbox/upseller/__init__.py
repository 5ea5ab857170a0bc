"""UpSeller as its users see it: an account, and the files a person exports from it (contract UpSeller).

Written from the contract, apart from the importer; money is int centavos, instants are aware.
"""

from viang_pipeline.sandbox.upseller.account import Account, generate_account
from viang_pipeline.sandbox.upseller.sheets import Style
from viang_pipeline.sandbox.upseller.truth import Item, Kit, Link, Part, Product, SaleOrder, StockLine

__all__ = ["Account", "Item", "Kit", "Link", "Part", "Product", "SaleOrder", "StockLine", "Style", "generate_account"]
