"""GraphQL operations compiled to Python, inside graphql-core's own executor.

`CompiledExecutor` is given to `strawberry.Schema(execution_context_class=...)`. The reference collects an operation's fields once; for each
selection one straight function is generated. Whatever a function does not know goes, value in hand, back to the reference: an operation,
a field or one value of it. This package knows nothing of the product around it.
"""

from graphql_plan.cache import clear, configure, stats, warm
from graphql_plan.executor import CompiledExecutor
from graphql_plan.explain import explain
from graphql_plan.options import Settings
from graphql_plan.sources import unknown_sources

__all__ = ["CompiledExecutor", "Settings", "clear", "configure", "explain", "stats", "unknown_sources", "warm"]
