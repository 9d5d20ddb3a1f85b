"""Full-text search on PostgreSQL: one expression for the index that migrations make and for the query that uses it.

A text's words are kept twice, as English stems ("burning" is found by "burn") and as they stand, of which a beginning is
enough ("Thir" finds Thirteen, "asb-0" every reference that begins so). Columns must not hold NULL. Other databases get no index.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db.migrations.operations.base import Operation
from django.db.models import BooleanField, F, Func

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState
    from django.db.models.sql.compiler import SQLCompiler


def _vector(columns: Sequence[str]) -> str:
    """The words of these columns, each written as in SQL. Without parameters, or PostgreSQL knows it not for the index's."""
    text = " || ' ' || ".join(f"{column}::text" for column in columns)
    return f"(to_tsvector('english'::regconfig, {text}) || to_tsvector('simple'::regconfig, {text}))"


class HoldsWords(Func):
    """Whether a row holds every one of these words in some of the columns; for `filter`, on PostgreSQL alone."""

    output_field = BooleanField()

    def __init__(self, columns: Sequence[str], words: Sequence[str]) -> None:
        super().__init__(*map(F, columns))
        self.words = list(words)

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, *_: Any, **__: Any) -> Any:
        columns = [compiler.compile(column)[0] for column in self.get_source_expressions()]
        one = "(plainto_tsquery('english'::regconfig, %s) || to_tsquery('simple'::regconfig, %s))"
        asked = " && ".join([one] * len(self.words))
        params = [param for word in self.words for param in (word, _beginning(word))]
        return f"({_vector(columns)} @@ ({asked}))", params


def _beginning(word: str) -> str:
    """A word as `to_tsquery` takes it whatever it holds: quoted, and standing for all that begin so."""
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}':*"


class AddFullTextIndex(Operation):
    """An index for `HoldsWords` over these columns of a model. Does nothing where the database is not PostgreSQL."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, model_name: str, name: str, columns: Sequence[str]) -> None:
        self.model_name, self.name, self.columns = model_name, name, list(columns)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Nothing that models know of changes."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        options = to_state.apps.all_models[app_label][self.model_name.lower()]._meta
        quote = schema_editor.quote_name
        column_of = {field.name: field.column for field in options.concrete_fields}
        columns = [quote(column_of[column]) for column in self.columns]
        schema_editor.execute(
            f"CREATE INDEX {quote(self.name)} ON {quote(options.db_table)} USING gin ({_vector(columns)})"
        )

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP INDEX IF EXISTS {schema_editor.quote_name(self.name)}")

    def describe(self) -> str:
        return f"Full-text index {self.name} on {self.model_name}, on PostgreSQL"

    @property
    def migration_name_fragment(self) -> str:
        return self.name
