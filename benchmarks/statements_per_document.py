"""How many SQL statements each document of the pages needs, for one account and for forty: the columns must be equal."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from models import database
from schema import operations
from tests.schema.test_statements_per_document import Town, counts


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.db"
        await database.migrate(url)
        await database.connect(url)
        operations.load()
        town = await Town().grow(1, 2)
        await counts(town)
        small = await counts(town)
        large = await counts(await town.grow(39, 6))
        print(f"{'document':28} {'1 account':>10} {'40 accounts':>12}")
        for name, count in small.items():
            print(f"{name:28} {count:>10} {large[name]:>12}")
        await database.close()


if __name__ == "__main__":
    asyncio.run(main())
