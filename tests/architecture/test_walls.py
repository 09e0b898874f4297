"""Rules of the house that no type checker sees, read from the source itself: a failure names each file and what it did.

One test goes over all files, for there are as many as there are tests elsewhere.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from beanie import Document

from elenchus import registry
from elenchus.core.mongo import TenantOwned, declared_indexes

SOURCE = Path(__file__).parents[2] / "backend" / "elenchus"
FILES = sorted(SOURCE.rglob("*.py"))

#: They are the tenancy itself, or belong to the deployment and not to a tenant.
NOT_TENANT_OWNED = {"Tenant", "User", "Session", "LoginFailures", "Schedule", "Worker"}
NOT_TENANT_OWNED |= {"LedgerTenant"}  # the list of whom the ledger has jobs of
NOT_TENANT_OWNED |= {"FirstUser"}  # whoever opened the deployment
NOT_TENANT_OWNED |= {"KeptAnswer"}  # of a request nobody signed too; the tenant is part of what its id is made of
NOT_TENANT_OWNED |= {"ApiKey"}  # like a session it is found before anyone knows whose it is
NOT_TENANT_OWNED |= {"OneTimeToken"}  # a mailed link works before anyone is signed in
NOT_TENANT_OWNED |= {"GoogleState"}  # nobody is signed in yet
NOT_TENANT_OWNED |= {"WithdrawnMembership"}  # a piece of a user, off their row while the tenant is deleted
#: Whose errand needs every tenant's rows; each says why where it does.
MAY_CROSS_TENANTS = {"audit/store.py", "jobs/store.py", "library/store/course.py", "research/store/answers.py"}
MAY_CROSS_TENANTS |= {"jobs/crowding/store.py", "jobs/endings/store.py"}  # a worker is everybody's, and an upgrade
MAY_CROSS_TENANTS |= {"jobs/enrolment/store.py"}  # an upgrade
MAY_CROSS_TENANTS |= {"jobs/searching/store.py"}  # for superusers
MAY_CROSS_TENANTS |= {"research/store/removing.py"}  # conversations whose removal broke off
MAY_CROSS_TENANTS |= {"research/sharing/store.py"}  # whoever has a link is in no tenant
MAY_CROSS_TENANTS |= {"workflows/scheduling/store.py"}  # the clock is one for all
MAY_CROSS_TENANTS |= {"workflows/store.py"}  # executions whose asker died before it could queue them
MAY_CROSS_TENANTS |= {"research/briefing/store.py"}  # briefs whose asker died before it could begin them
MAY_CROSS_TENANTS |= {"outbox/store.py"}  # messages whose sender died before there was a job, and content to forget
MAY_CROSS_TENANTS |= {"library/analysing/store.py"}  # analyses whose asker died before it could begin them
#: Words of JSON Schema that look like MongoDB's.
OF_JSON_SCHEMA = {"$schema", "$ref", "$defs", "$id", "$anchor", "$comment", "$dynamicRef", "$dynamicAnchor"}
#: The driver's own doors around the wall.
RAW_ACCESS = {
    "get_pymongo_collection", "get_motor_collection", "get_collection", "get_database", "get_default_database",
    "database", "_collection", "list_collection_names",
}  # fmt: skip
RAW_NAMES = {"AsyncMongoClient", "MongoClient", "AsyncCollection", "AsyncDatabase", "FindMany", "FindOne"}
#: They open the database, ask whether it answers, or build its indexes.
MAY_HOLD_THE_DATABASE = {
    "core/mongo.py", "core/indexes.py", "core/resources.py", "core/health.py", "core/expiry.py",
    "migrations/__init__.py",
}  # fmt: skip


def name_of(file: Path) -> str:
    return str(file.relative_to(SOURCE))


@cache
def nodes(file: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(file.read_text())))


@pytest.fixture(scope="module", autouse=True)
def _no_longer_than_needed() -> Iterator[None]:
    """They are a hundred megabytes."""
    yield
    nodes.cache_clear()


def attributes(file: Path) -> Iterator[ast.Attribute]:
    for node in nodes(file):
        if isinstance(node, ast.Attribute):
            yield node


def raw_collection_uses(nodes: Iterable[ast.AST]) -> list[str]:
    """Every way to the driver that does not lead through `owned_by`."""
    found = []
    for node in nodes:
        if isinstance(node, ast.Attribute) and node.attr in RAW_ACCESS:
            found.append(node.attr)
        if isinstance(node, ast.ImportFrom | ast.Import):
            found += [alias.name for alias in node.names if alias.name in RAW_NAMES]
    return found


class TestTenantWall:
    def test_nobody_reaches_a_collection_around_the_wall(self):
        others = [f for f in FILES if name_of(f) not in MAY_HOLD_THE_DATABASE and not is_embedded(f)]
        found = {name_of(f): uses for f in others if (uses := raw_collection_uses(nodes(f)))}
        assert not found, found

    @pytest.mark.parametrize(
        "source",
        [
            'held.database["jobs"].find({})',
            "resources().database.jobs.find({})",
            "db = resources().database",
            "resources().database.command({'find': 'jobs'})",
            "Job.get_pymongo_collection().find({})",
            "Job.owned_by(p)._collection.delete_many({})",
            "resources().client.get_database('elenchus')",
            "from beanie.odm.queries.find import FindMany",
            "from pymongo.asynchronous.collection import AsyncCollection",
        ],
    )
    def test_the_scan_sees_each_way_around(self, source):
        assert raw_collection_uses(ast.walk(ast.parse(source)))

    def test_only_listed_stores_cross_tenants(self):
        users = {name_of(f) for f in FILES for a in attributes(f) if a.attr == "across_tenants"}
        users |= {name_of(f) for f in FILES if re.search(r"import .*\bUnscoped\b", f.read_text())}
        assert users - {"core/mongo.py"} <= MAY_CROSS_TENANTS

    def test_every_stored_model_is_tenant_owned_or_listed(self):
        assert {m.__name__ for m in registry.MODELS if not issubclass(m, TenantOwned)} <= NOT_TENANT_OWNED

    def test_every_document_class_is_registered(self):
        def below(kind: type) -> Iterator[type]:
            for child in kind.__subclasses__():
                yield child
                yield from below(child)

        ours = {c for c in below(Document) if c.__module__.startswith("elenchus.")} - {TenantOwned}
        assert ours == set(registry.MODELS)

    def test_indexes_of_tenant_owned_models_start_with_the_tenant(self):
        """It is the shard key's prefix. What the engine reads over all tenants is partial and says so by its name."""
        for model in registry.MODELS:
            if not issubclass(model, TenantOwned):
                continue
            for index in declared_indexes(model):
                first = next(iter(index.document["key"]))
                assert first == "tenant_id" or index.document["name"].startswith("all_tenants_"), index.document


class TestOneSource:
    def test_only_settings_read_the_environment(self):
        read = {name_of(f) for f in FILES for a in attributes(f) if a.attr in {"environ", "getenv"}}
        found = sorted(read - {"core/settings.py"})
        assert not found, found

    def test_only_the_clock_tells_the_time(self):
        asked = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(")
        found = [name_of(f) for f in FILES if name_of(f) != "core/clock.py" and asked.search(f.read_text())]
        assert not found, found

    def test_filters_live_in_stores(self):
        """A Mongo operator outside a store is a query that has no name."""
        others = [f for f in FILES if not is_store(f) and not name_of(f).startswith(("core/", "embedded/"))]
        found = {name_of(f): used for f in others if (used := operators(f) - OF_JSON_SCHEMA)}
        assert not found, found


def is_embedded(file: Path) -> bool:
    return name_of(file).startswith("embedded/")


def is_store(file: Path) -> bool:
    return file.name in {"store.py", "models.py"} or file.parent.name == "store"


def operators(file: Path) -> set[str]:
    constants = (node.value for node in nodes(file) if isinstance(node, ast.Constant))
    return {v for v in constants if isinstance(v, str) and re.fullmatch(r"\$[a-z][A-Za-z]+", v)}


class TestSize:
    def test_files_stay_readable(self):
        found = {name_of(f): lines for f in FILES if (lines := f.read_text().count("\n")) > 320}  # the aim is 300
        assert not found, found

    def test_functions_stay_readable(self):
        found = [
            (name_of(f), node.name)
            for f in FILES
            for node in nodes(f)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= 40
        ]
        assert not found, found


def test_there_are_files_to_read():
    assert len(FILES) > 400
