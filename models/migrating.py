"""Applying migrations, without what they never ask for.

Before and after each step Tortoise draws all models anew and prepares every query and filter of each, which is most of the time that a
new database takes, and is thrown away: steps change tables, they query nothing through models, and few look back at all.
"""

from collections.abc import Callable
from functools import partial

from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.migration import Migration
from tortoise.migrations.schema_generator.state import ModelState, State
from tortoise.migrations.schema_generator.state_apps import StateApps
from tortoise.models import Model

Known = dict[str, dict[str, type[Model]]]


class Drawn(StateApps):
    """Models as they were at one step: their fields, tables and indexes, nothing to query by. A copy is drawn when somebody looks at it."""

    _known: Known
    _later: Callable[[], StateApps] | None = None

    @property
    def apps(self) -> Known:
        if self._later:
            later, self._later = self._later, None
            self._known = later().apps
        return self._known

    @apps.setter
    def apps(self, known: Known) -> None:
        self._known = known

    def clone(self, model_states: dict[tuple[str, str], ModelState] | None = None) -> StateApps:
        copy = self.__class__(dict(self._default_connections), self._connections)
        copy._later = partial(super().clone, model_states)
        return copy

    def _build_initial_querysets(self) -> None:
        for app in self.apps.values():
            for model in app.values():
                if model._meta._inited:
                    model._meta.finalise_fields()
                    model._meta._resolve_index_expressions()


class Executor(MigrationExecutor):
    async def _project_state(self, applied: set[MigrationKey], *, upto: MigrationKey | None = None) -> State:
        """As the parent's, with models that are only drawn."""
        connections = {label: config.get("default_connection", "default") for label, config in self.loader.apps_config.items()}
        state = State(models={}, apps=Drawn(connections))
        for key in self._full_plan():
            if key == upto:
                break
            if key in applied:
                migration = self.loader.graph.nodes[key]
                assert isinstance(migration, Migration), f"{key} is missing"
                await migration.apply(state, dry_run=True, schema_editor=None)
        return state
