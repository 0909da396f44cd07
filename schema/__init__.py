"""The contract: Strawberry types, result unions, policies, limits, and the pages' operations."""
