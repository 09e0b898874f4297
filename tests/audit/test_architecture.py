"""There is one place where rows of the record are written, and no other way to change or delete one."""

import ast
from pathlib import Path

from elenchus import registry
from elenchus.audit import api, store
from elenchus.audit.models import AuditHead, AuditRow
from elenchus.core.mongo import TenantOwned

SOURCE = Path(store.__file__).parents[1]
FILES = sorted(SOURCE.rglob("*.py"))
MODELS = {"AuditRow", "AuditHead"}
COLLECTIONS = {"audit_rows", "audit_heads"}
NAMING_THEM = {"audit/store.py", "audit/models.py"}
#: Verbs of the wall that change or delete, and what in the store may use them on rows.
CHANGING = {"update", "update_many", "delete", "delete_many", "insert", "insert_missing", "insert_missing_rows"}
MAY_CHANGE_ROWS = {"remove": "delete_many", "erase_personal": "update_many"}


def words(file: Path) -> set[str]:
    """Every name and text in a file but its docstrings' prose."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
    return found


def test_only_the_store_names_the_models():
    others = {name: file for file in FILES if (name := str(file.relative_to(SOURCE))) not in NAMING_THEM}
    found = {name: said for name, file in others.items() if (said := words(file) & (MODELS | COLLECTIONS))}
    assert not found, found


def test_there_are_files_to_read():
    assert len(FILES) > 400


def imports(file: Path) -> set[str]:
    """Modules of the room and names taken from the room itself."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == "elenchus.audit":
            found |= {f"elenchus.audit.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("elenchus.audit."):
            found.add(str(node.module))
    return found


def test_others_come_through_the_door():
    door = {"elenchus.audit.service", "elenchus.audit.schemas"}
    table = {"elenchus.audit.api", "elenchus.audit.models"}
    for file in FILES:
        if not file.is_relative_to(SOURCE / "audit"):
            assert imports(file) <= door | (table if file.name == "registry.py" else set()), file


def test_rows_change_by_erasure_and_go_by_age_only():
    tree = ast.parse(Path(store.__file__).read_text())
    for function in (node for node in tree.body if isinstance(node, ast.AsyncFunctionDef)):
        calls = {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)} & CHANGING
        about_heads = "_heads" in {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
        if calls and not about_heads:
            assert calls == {MAY_CHANGE_ROWS[function.name]}, function.name


def test_the_two_ways_are_used_where_they_belong():
    for name, user in (("remove", "audit/pruning.py"), ("erase_personal", "audit/pruning.py")):
        users = {
            str(file.relative_to(SOURCE))
            for file in FILES
            if file.is_relative_to(SOURCE / "audit")
            for node in ast.walk(ast.parse(file.read_text()))
            if isinstance(node, ast.Attribute)
            and node.attr == name
            and isinstance(node.value, ast.Name)
            and node.value.id == "store"
        }
        assert users == {user}


def test_over_http_there_is_only_reading():
    assert all(route.methods == {"GET"} for route in api.router.routes)


def test_rows_and_heads_are_a_tenants():
    assert issubclass(AuditRow, TenantOwned)
    assert issubclass(AuditHead, TenantOwned)
    assert {AuditRow, AuditHead} <= set(registry.MODELS)


def test_indexes_serve_each_filter_in_the_order_of_the_list():
    declared = [list(index.document["key"]) for index in AuditRow.Settings.indexes]
    for name in ("actor.user_id", "action", "object.kind", "object.id"):
        assert ["tenant_id", name, "seq"] in declared
    assert ["tenant_id", "seq"] in declared


def test_what_stops_writes_what_was_noted():
    assert registry.API_DRAINS[-1].__module__ == registry.WORKER_STOPS[-1].__module__ == "elenchus.audit.service"
