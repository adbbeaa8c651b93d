from fees.table import FeeTable

__all__ = ["FeeTable"]
