"""The web interface beside the API: its pages, its files, and nothing else of the disk."""

import base64
import hashlib
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from elenchus.core import interface_files, metrics
from elenchus.core.interface_files import inline_scripts
from elenchus.core.resources import Resources
from elenchus.core.settings import Settings
from elenchus.main import create_app
from tests.support import http_client

HERE = "http://elenchus.test"
INLINE = 'self.__next_f.push([1,"a < b && c &amp; </p>"])'
LONG = "const words = 'rent rent rent';\n" * 200
HTML = f"""<!doctype html><html><head><script src="/_next/static/a.js" async></script>
<script>{INLINE}</script></head><body>{{}}<script id="theme">document.title = 1</script></body></html>"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("interface")


@pytest.fixture(scope="module")
def app(settings_: Settings, resources_: Resources, place: Path) -> FastAPI:
    server = settings_.server.model_copy(update={"ui_dir": place / "out"})
    return create_app(settings_.model_copy(update={"server": server}))


@pytest.fixture
def folder(place: Path) -> Iterator[Path]:
    out = place / "out"
    files = {
        "index.html": HTML.format("home"), "404.html": HTML.format("not here"),
        "research/index.html": HTML.format("research") + LONG, "_next/static/a.js": LONG, "icon.svg": "<svg/>",
        "_next/static/media/worker.mjs": LONG, "pdfjs/wasm/jpx.wasm": "\0asm", "pdfjs/odd.bcmap": "x",
        "_next/static/b.css": "a{}", ".env": "SECRET=1", ".git/config": "x", "research/.hidden": "x",
    }  # fmt: skip
    for name, text in files.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(text)
    (place / "secret.txt").write_text("secret")
    yield out
    shutil.rmtree(out)


@pytest.fixture
async def http(app: FastAPI, folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with http_client(transport=httpx.ASGITransport(app), base_url=HERE) as client:
        yield client


def policy(answer: httpx.Response) -> dict[str, list[str]]:
    rows = (row.split() for row in answer.headers["content-security-policy"].split("; "))
    return {name: sources for name, *sources in rows}


def sha256(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


class TestPages:
    @pytest.mark.parametrize(("path", "word"), [("/", "home"), ("/research/", "research"), ("/index.html", "home")])
    async def test_each_is_where_it_was_built(self, http, path, word):
        answer = await http.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert f"<body>{word}<" in answer.text

    async def test_without_its_slash_it_is_gone_on_from_with_the_query(self, http):
        answer = await http.get("/research?ws=1&doc=%C3%A9")
        assert (answer.status_code, answer.headers["location"]) == (307, "/research/?ws=1&doc=%C3%A9")
        assert (await http.get("/research")).headers["location"] == "/research/"

    @pytest.mark.parametrize("path", ["/nowhere", "/nowhere/", "/research/more/", "/_next/static/gone.js", "/healthy"])
    async def test_what_is_not_there_says_so_as_a_page(self, http, path):
        answer = await http.get(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-cache")
        assert "not here" in answer.text
        assert "etag" not in answer.headers

    async def test_a_head_is_a_get(self, http):
        assert (await http.head("/research/")).status_code == 200

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    async def test_nothing_can_be_sent_there(self, http, method):
        for path in ("/research/", "/icon.svg", "/nowhere"):
            answer = await http.request(method, path)
            assert answer.status_code == 404
            assert answer.headers["content-type"] == "application/problem+json"


class TestBesideTheApi:
    @pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1/nowhere", "/api/v2", "/api/v1/chat/nowhere/"])
    async def test_its_unknown_paths_are_problems_never_pages(self, http, path):
        for method in ("GET", "POST"):
            answer = await http.request(method, path)
            assert answer.status_code == 404
            assert answer.headers["content-type"] == "application/problem+json"

    async def test_not_even_where_the_folder_has_such_a_file(self, http, folder):
        (folder / "api").mkdir()
        (folder / "api" / "index.html").write_text("x")
        for path in ("/api", "/api/", "/api/index.html"):
            assert (await http.get(path)).headers["content-type"] == "application/problem+json"

    @pytest.mark.parametrize("path", ["/health", "/docs", "/api/v1/openapi.json", "/metrics"])
    async def test_what_the_api_has_is_the_apis(self, http, folder, path):
        (folder / path.strip("/").partition("/")[0]).mkdir()
        answer = await http.get(path)
        assert answer.status_code == 200
        assert "wasm-unsafe-eval" not in answer.headers["content-security-policy"]

    async def test_in_the_figures_it_is_one_route(self, http):
        await http.get("/research/")
        text = metrics.exposition().decode()
        assert 'route="/{page}",status="200"' in text
        assert 'route="/research' not in text


class TestNotBuilt:
    async def test_the_first_page_says_how_and_once_it_is_it_is_there(self, http, folder):
        away = folder.rename(folder.parent / "elsewhere")
        answer = await http.get("/")
        assert answer.status_code == 200
        told = answer.json()
        assert "make ui" in told["interface"]
        assert (told["docs"], told["openapi"]) == ("/docs", "/api/v1/openapi.json")
        assert (await http.get("/research/")).headers["content-type"] == "application/problem+json"
        away.rename(folder)
        assert "<body>home" in (await http.get("/")).text

    async def test_built_anew_it_is_the_new_one(self, http, folder):
        before = await http.get("/")
        (folder / "index.html").write_text("<script>new()</script>")
        after = await http.get("/", headers={"If-None-Match": before.headers["etag"]})
        assert (after.status_code, after.text) == (200, "<script>new()</script>")
        assert sha256("new()") in policy(after)["script-src"]


class TestWalls:
    """Whatever a path says, it is read from the folder or not at all."""

    @pytest.mark.parametrize(
        "path",
        [
            "/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/research/../../secret.txt",
            "/research/%2e%2e/%2e%2e/secret.txt", "/..%5csecret.txt", "/%2e%2e%5csecret.txt", "/.env", "/.git/config",
            "/research/.hidden", "//secret.txt", "//etc/passwd", "/%2fetc/passwd", "/%00", "/index.html%00.txt",
            "/research//", "/" + "x" * 5_000, "/" + "x/" * 3_000, "/%ff%fe", "/_next/static/%2e%2e/%2e%2e/.env",
        ],
    )  # fmt: skip
    async def test_a_hostile_path_finds_nothing(self, http, path):
        answer = await http.get(HERE + path)
        assert answer.status_code == 404
        assert "not here" in answer.text
        assert "secret" not in answer.text

    async def test_it_leads_to_no_other_host(self, http):
        """`//research` in a Location would be a host's name."""
        for path in ("//research", "///research", "/%2fresearch", "/\\research"):
            answer = await http.get(HERE + path)
            assert (answer.status_code, answer.headers.get("location")) == (404, None)

    async def test_a_link_out_of_the_folder_is_not_followed(self, http, folder):
        (folder / "out.txt").symlink_to(folder.parent / "secret.txt")
        (folder / "up").symlink_to(folder.parent)
        (folder / "circle").symlink_to(folder / "circle")
        for path in ("/out.txt", "/up/secret.txt", "/up/out/index.html?", "/circle", "/up"):
            found = await http.get(path)
            assert found.status_code == (200 if path.startswith("/up/out") else 404), path
            assert "secret" not in found.text

    async def test_a_link_within_it_is(self, http, folder):
        (folder / "same.svg").symlink_to(folder / "icon.svg")
        assert (await http.get("/same.svg")).text == "<svg/>"

    async def test_a_pipe_is_no_file(self, http, folder):
        os.mkfifo(folder / "pipe.txt")
        assert (await http.get("/pipe.txt")).status_code == 404

    async def test_a_folder_is_no_file(self, http):
        assert (await http.get("/pdfjs")).status_code == 404
        assert (await http.get("/pdfjs/")).status_code == 404


class TestKeeping:
    async def test_what_has_its_hash_in_its_name_is_kept_for_a_year(self, http):
        answer = await http.get("/_next/static/a.js")
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"

    @pytest.mark.parametrize("path", ["/", "/research/", "/icon.svg", "/pdfjs/wasm/jpx.wasm"])
    async def test_anything_else_is_asked_for_each_time_and_sent_once(self, http, path):
        answer = await http.get(path)
        assert answer.headers["cache-control"] == "no-cache"
        for known in (answer.headers["etag"], f'"other", W/{answer.headers["etag"]}', "*"):
            again = await http.get(path, headers={"If-None-Match": known})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == answer.headers["etag"]
        assert (await http.get(path, headers={"If-None-Match": '"another"'})).status_code == 200

    async def test_a_304_leaves_the_page_its_policy(self, http):
        """A browser takes the headers of a 304 for those of what it has kept."""
        answer = await http.get("/")
        again = await http.get("/", headers={"If-None-Match": answer.headers["etag"]})
        for name in ("content-security-policy", "cache-control", "vary"):
            assert again.headers[name] == answer.headers[name]

    async def test_a_file_is_read_once(self, http, monkeypatch):
        await http.get("/research/")
        monkeypatch.setattr(interface_files, "_file", None)
        assert (await http.get("/research/")).status_code == 200

    async def test_memory_has_an_end(self, http, monkeypatch):
        monkeypatch.setattr(interface_files, "KEPT_BYTES", 10)
        for path in ("/", "/research/", "/icon.svg"):
            assert (await http.get(path)).status_code == 200


class TestPacking:
    async def test_long_text_is_packed_for_who_takes_it(self, http):
        plain = await http.get("/_next/static/a.js", headers={"Accept-Encoding": "identity"})
        packed = await http.get("/_next/static/a.js", headers={"Accept-Encoding": "br, gzip;q=0.8"})
        assert "content-encoding" not in plain.headers
        assert packed.headers["content-encoding"] == "gzip"
        assert int(packed.headers["content-length"]) < len(LONG) / 4
        assert packed.text == plain.text == LONG
        assert plain.headers["etag"] != packed.headers["etag"]
        assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"

    @pytest.mark.parametrize("path", ["/icon.svg", "/pdfjs/odd.bcmap"])
    async def test_what_is_short_or_no_text_is_not(self, http, path):
        assert "content-encoding" not in (await http.get(path)).headers

    async def test_who_refuses_it_does_not_get_it(self, http):
        answer = await http.get("/_next/static/a.js", headers={"Accept-Encoding": "gzip;q=0, identity"})
        assert "content-encoding" not in answer.headers


class TestTypes:
    @pytest.mark.parametrize(
        ("path", "media_type"),
        [
            ("/_next/static/a.js", "text/javascript; charset=utf-8"), ("/pdfjs/wasm/jpx.wasm", "application/wasm"),
            ("/_next/static/media/worker.mjs", "text/javascript; charset=utf-8"), ("/icon.svg", "image/svg+xml"),
            ("/_next/static/b.css", "text/css; charset=utf-8"), ("/pdfjs/odd.bcmap", "application/octet-stream"),
        ],
    )  # fmt: skip
    async def test_each_is_told_and_not_to_be_guessed(self, http, path, media_type):
        answer = await http.get(path)
        assert answer.headers["content-type"] == media_type
        assert answer.headers["x-content-type-options"] == "nosniff"


class TestPolicy:
    @pytest.mark.parametrize("path", ["/", "/research/", "/nowhere"])
    async def test_a_pages_own_inline_scripts_run_and_no_others(self, http, path):
        sources = policy(await http.get(path))["script-src"]
        hashes = [sha256(INLINE), sha256("document.title = 1")]
        assert sources == ["'self'", "'wasm-unsafe-eval'", *hashes]

    async def test_all_else_is_from_here(self, http):
        told = policy(await http.get("/"))
        assert {name: sources for name, sources in told.items() if name != "script-src"} == {
            "default-src": ["'self'"], "style-src": ["'self'", "'unsafe-inline'"],
            "img-src": ["'self'", "data:", "blob:"], "font-src": ["'self'"], "connect-src": ["'self'"],
            "worker-src": ["'self'", "blob:"],
            "object-src": ["'none'"], "base-uri": ["'none'"], "form-action": ["'self'"], "frame-ancestors": ["'none'"],
        }  # fmt: skip

    async def test_a_worker_may_do_what_its_page_may(self, http):
        """It has the policy of its own file, not that of the page."""
        told = policy(await http.get("/_next/static/media/worker.mjs"))
        assert told["script-src"] == ["'self'", "'wasm-unsafe-eval'"]
        assert told["connect-src"] == ["'self'"]

    @pytest.mark.parametrize(
        ("html", "scripts"),
        [
            ("<script>a()</script><script nonce='x' type=module>b()</script>", ["a()", "b()"]),
            ("<SCRIPT>a()</SCRIPT >", ["a()"]),
            ("<script\nsrc='/a.js'></script><script SRC=b.js>c()</script>", []),
            ("<script data-x='a>b'>a('<p>')</script>", ["a('<p>')"]),
            ("<script>a = '&lt;' && '\\u003c/script'</script>", ["a = '&lt;' && '\\u003c/script'"]),
            ("<script>a()\r\nb()</script>", ["a()\nb()"]),
            ("<script></script>", [""]),
            ("<!-- <script>a()</script> --><p>b()</p>", []),
        ],
    )
    def test_a_script_is_taken_as_the_browser_takes_it(self, html, scripts):
        assert inline_scripts(html) == scripts
