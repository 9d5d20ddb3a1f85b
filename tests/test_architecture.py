"""What import-linter cannot see: foreign keys by string, reverse accessors, template links, look-ups by name."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
STACK = ["partners", "priorities", "performance", "actions", "reports"]
HEIGHT = {room: height for height, room in enumerate([*STACK, "portal"])}
TREE = [*STACK, "charts", "sheets", "shp_portal"]


def sources(*rooms: str) -> Iterator[Path]:
    """The rooms' own Python, without tests and migrations."""
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*.py")):
            if not {"tests", "migrations"} & set(path.relative_to(ROOT).parts):
                yield path


def told(path: Path) -> Path:
    return path.relative_to(ROOT)


def test_rows_point_down_and_lend_no_reverse_accessor() -> None:
    faults = []
    for room in STACK:
        for model in apps.get_app_config(room).get_models():
            if model.__name__.startswith("Historical"):
                continue
            for field in [*model._meta.fields, *model._meta.many_to_many]:
                target = field.related_model and field.related_model._meta.app_label
                if target not in HEIGHT or target == room:
                    continue
                name = f"{room}.{model.__name__}.{field.name}"
                if HEIGHT[target] > HEIGHT[room]:
                    faults.append(f"{name} points up at {target}")
                elif not field.remote_field.hidden:
                    faults.append(f"{name} lends {target} a reverse accessor; say related_name='+'")
    assert not faults, "\n".join(faults)


def test_templates_look_down() -> None:
    faults = []
    for path in sorted((ROOT / "templates").rglob("*.*")):
        room = path.relative_to(ROOT / "templates").parts[0]
        if room not in STACK:
            continue
        for target in re.findall(r"""{%\s*(?:url|include|extends)\s+['"](\w+)[:/]""", path.read_text(encoding="utf-8")):
            if HEIGHT.get(target, -1) > HEIGHT[room]:
                faults.append(f"{told(path)} looks up at {target}")
    assert not faults, "\n".join(faults)


def test_nothing_reverses_upwards() -> None:
    faults = []
    for room in STACK:
        for path in sources(room):
            for target in re.findall(
                r"(?:reverse|reverse_lazy|redirect)\(\s*['\"](\w+):", path.read_text(encoding="utf-8")
            ):
                if HEIGHT.get(target, -1) > HEIGHT[room]:
                    faults.append(f"{told(path)} reverses up to {target}")
    assert not faults, "\n".join(faults)


def test_nothing_is_looked_up_by_name_around_the_layers() -> None:
    around = re.compile(r"\b(?:get_model|import_module|import_string)\(|\.extra\(|\.raw\(")
    faults = [
        f"{told(path)}: {hit}" for path in sources(*STACK) for hit in around.findall(path.read_text(encoding="utf-8"))
    ]
    assert not faults, "\n".join(faults)


def clock_readings(path: Path) -> Iterator[tuple[str, int]]:
    """Every call in the file that asks what time it is, and its line. localdate(moment) only turns a moment into a day."""
    clock = re.compile(r"^(?:timezone\.now|now|(?:datetime\.)?(?:datetime|date)\.(?:now|today|utcnow))$")
    unless_told = re.compile(r"^(?:timezone\.)?(?:localdate|localtime)$")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if clock.match(name) or (unless_told.match(name) and not node.args and not node.keywords):
                yield name, node.lineno


def test_the_clock_is_read_at_the_edges_only() -> None:
    """Views, tasks, commands and the portal's pages may ask what time it is; everything below is told."""
    edges = {"views.py", "views", "doors.py", "tasks.py", "management", "admin.py", "pages", "celery.py", "health.py"}
    faults = [
        f"{told(path)}:{line}: {name}()"
        for path in sources(*TREE)
        if not edges & set(path.relative_to(ROOT).parts)
        for name, line in clock_readings(path)
    ]
    assert not faults, "\n".join(faults)


def test_history_is_written_by_every_save() -> None:
    """simple-history sees neither bulk writes nor queryset updates, so rows that keep a history are saved one by one."""
    kept = {
        model.__name__
        for room in STACK
        for model in apps.get_app_config(room).get_models()
        if hasattr(model, "history") and not model.__name__.startswith("Historical")
    }
    bulk = re.compile(r"\b(\w+)\.objects(?:\.\w+\([^()]*\))*\.(?:bulk_create|bulk_update|update)\(")
    faults = [
        f"{told(path)}: {name}"
        for path in sources(*TREE)
        for name in bulk.findall(path.read_text(encoding="utf-8"))
        if name in kept
    ]
    assert kept, "no row keeps a history: has simple-history gone?"
    assert not faults, "\n".join(faults)


def test_pages_escape_what_people_wrote_and_keep_the_policy() -> None:
    """No |safe, no mark_safe, no inline style, script or handler: the content security policy would break the page."""
    faults = []
    for path in sorted((ROOT / "templates").rglob("*.*")):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".txt":  # plain e-mail text: there is nothing to escape for
            continue
        for what, pattern in {
            "|safe": r"\|\s*safe\b",
            "autoescape off": r"autoescape\s+off",
            "style attribute": r"<[^>]*\sstyle\s*=",
            "event handler": r"<[a-z][^>]*\son[a-z]+\s*=",
            "script without nonce": r"<script(?![^>]*(?:\bsrc=|nonce=))",
            "address outside": r"(?:src|href)\s*=\s*['\"]https?://(?!www\.w3\.org)[^'\"]*\.(?:js|css|woff2?|png|svg)",
        }.items():
            if re.search(pattern, text, re.IGNORECASE):
                faults.append(f"{told(path)}: {what}")
    for path in sources(*TREE):
        if re.search(r"\bmark_safe\b|\bSafe(?:String|Text)\(", path.read_text(encoding="utf-8")):
            faults.append(f"{told(path)}: marks text as safe")
    assert not faults, "\n".join(faults)


def test_no_room_without_a_subject() -> None:
    names = {"core", "common", "utils", "util", "helpers", "helper", "misc"}
    assert [
        told(path)
        for room in TREE
        for path in (ROOT / room).rglob("*")
        if path.stem in names and "__pycache__" not in path.parts
    ] == []
