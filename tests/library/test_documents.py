"""Documents over HTTP: in, looked at, changed, downloaded, out; and another tenant sees none of it."""

import asyncio
import hashlib

import pytest

from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Role
from elenchus.core.resources import Resources
from elenchus.jobs.models import Job
from elenchus.library.models import Document
from elenchus.library.names import storage_key
from tests.fixtures import files
from tests.library.support import DOCUMENTS, all_chunks, as_files, filed, full_text, settled, upload
from tests.support import Firm

LEASE = b"The tenant shall pay the rent on the first day of each month. " * 12
TERMS = b"The purchaser pays the price within thirty days of delivery. " * 12
NOTICE = b"Notice of termination is given in writing ninety days ahead. " * 12


@pytest.fixture(scope="module")
async def filed_once(shared_firm, worker):
    """A document for tests that only read it."""
    return shared_firm, await filed(shared_firm, TERMS, 'Müller "x".txt')


class TestUpload:
    async def test_it_answers_at_once_with_a_job(self, firm):
        f = await firm()
        labels = {"category": "lease", "keywords": ["rent", "notice"], "jurisdiction": "DE", "matter": "2026/17"}
        answer = await f.client.post(DOCUMENTS, files=as_files(("a b.txt", LEASE)), data=labels)
        assert answer.status_code == 202
        document = answer.json()["items"][0]
        assert document["duplicate"] is False
        assert (document["filename"], document["title"]) == ("a b.txt", "a b")
        assert (document["media_type"], document["file_type"]) == ("text/plain; charset=utf-8", "text")
        assert (document["file_size"], document["content_hash"]) == (len(LEASE), hashlib.sha256(LEASE).hexdigest())
        assert (document["category"], document["keywords"]) == ("lease", ["rent", "notice"])
        assert (document["jurisdiction"], document["matter"]) == ("DE", "2026/17")
        assert document["page_count"] is None
        job = (await f.client.get(f"/api/v1/jobs/{document['processing']['job_id']}")).json()
        assert (job["type"], job["subject"]) == ("library.ingest", {"type": "document", "id": document["id"]})

    async def test_several_files_are_several_documents(self, firm):
        f = await firm()
        answer = await f.client.post(DOCUMENTS, files=as_files(("a.txt", LEASE), ("b.txt", NOTICE)))
        assert [item["filename"] for item in answer.json()["items"]] == ["a.txt", "b.txt"]

    @pytest.mark.parametrize(
        "name", ["../../../etc/cron.d/x.txt", "..\\..\\x.txt", "a\tb.txt", "‮txt.exe", ".", "~/.ssh"]
    )
    async def test_a_hostile_name_is_a_label_and_no_path(self, firm, resources_: Resources, name):
        f = await firm()
        document = await upload(f, LEASE, name)
        assert not {"/", "\\", "\t", "‮"} & set(document["filename"])
        assert document["filename"] not in {"", ".", ".."}
        path = await resources_.storage.local_path(storage_key(f.principal, document["id"]))
        assert path.read_bytes() == LEASE
        assert path.is_relative_to(resources_.settings.server.data_dir.resolve())
        download = await f.client.get(f"{DOCUMENTS}/{document['id']}/file")
        assert download.content == LEASE


class TestDuplicates:
    async def test_the_same_bytes_are_the_same_document(self, firm):
        f = await firm()
        first = await upload(f, LEASE, "lease.txt", category="lease")
        again = await f.client.post(DOCUMENTS, files=as_files(("copy.txt", LEASE)), data={"category": "other"})
        assert again.status_code == 200
        (twin,) = again.json()["items"]
        assert (twin["id"], twin["duplicate"]) == (first["id"], True)
        assert (twin["filename"], twin["category"]) == ("lease.txt", "lease")

    async def test_a_new_file_beside_an_old_one_makes_it_accepted(self, firm):
        f = await firm()
        await upload(f, LEASE)
        answer = await f.client.post(DOCUMENTS, files=as_files(("a.txt", LEASE), ("b.txt", NOTICE), ("c.txt", NOTICE)))
        assert answer.status_code == 202
        items = answer.json()["items"]
        assert [item["duplicate"] for item in items] == [True, False, True]
        assert items[1]["id"] == items[2]["id"]

    async def test_of_twenty_at_once_one_wins(self, firm, resources_: Resources):
        f = await firm()
        answers = await asyncio.gather(
            *(f.client.post(DOCUMENTS, files=as_files((f"{n}.txt", LEASE))) for n in range(20))
        )
        assert sorted(answer.status_code for answer in answers) == [200] * 19 + [202]
        items = [answer.json()["items"][0] for answer in answers]
        assert len({item["id"] for item in items}) == 1
        assert len({item["processing"]["job_id"] for item in items}) == 1
        assert await Document.owned_by(f.principal).count({}) == 1
        assert await Job.owned_by(f.principal).count({}) == 1
        folder = (await resources_.storage.local_path(storage_key(f.principal, items[0]["id"]))).parent
        assert len(list(folder.iterdir())) == 1

    async def test_another_tenant_has_its_own(self, firm):
        mine, theirs = await firm(), await firm()
        assert (await upload(mine, LEASE))["id"] != (await upload(theirs, LEASE))["id"]

    async def test_after_deletion_the_bytes_are_new_again(self, firm):
        f = await firm()
        first = await upload(f, LEASE)
        await f.client.delete(f"{DOCUMENTS}/{first['id']}")
        second = await upload(f, LEASE)
        assert second["id"] != first["id"]
        assert second["duplicate"] is False


@pytest.fixture(scope="module")
async def labelled(shared_firm, worker):
    """A firm with three documents that differ in their labels."""
    f = shared_firm
    await upload(f, LEASE, "Lease (old).txt", category="lease", practice_area="property", keywords=["rent", "notice"])
    await upload(f, NOTICE, "nda.txt", category="nda", keywords="rent")
    await upload(f, NOTICE + b"2", "other.txt", category="lease", jurisdiction="UK")
    return f


class TestList:
    async def test_newest_first_in_pages(self, firm):
        f = await firm()
        ids = [(await upload(f, LEASE + b"%d" % n, f"{n}.txt"))["id"] for n in range(5)]
        first = (await f.client.get(DOCUMENTS, params={"limit": 3})).json()
        rest = (await f.client.get(DOCUMENTS, params={"limit": 3, "cursor": first["next_cursor"]})).json()
        assert [item["id"] for item in first["items"] + rest["items"]] == ids[::-1]
        assert rest["next_cursor"] is None

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"category": "lease"}, ["Lease (old).txt", "other.txt"]),
            ({"jurisdiction": "UK"}, ["other.txt"]),
            ({"practice_area": "property"}, ["Lease (old).txt"]),
            ({"keyword": "rent"}, ["Lease (old).txt", "nda.txt"]),
            ({"q": "lease ("}, ["Lease (old).txt"]),
            ({"q": ".*"}, []),
            ({"q": "T", "keyword": "rent", "category": "lease"}, ["Lease (old).txt"]),
            ({"status": "failed"}, []),
        ],
    )
    async def test_filters(self, labelled, query, found):
        items = (await labelled.client.get(DOCUMENTS, params=query)).json()["items"]
        assert sorted(item["filename"] for item in items) == found

    @pytest.mark.parametrize("query", [{"status": "lost"}, {"q": "a\x00b"}, {"q": "x" * 101}, {"cursor": "?"}])
    async def test_a_filter_that_is_none_is_refused(self, shared_firm, query):
        assert (await shared_firm.client.get(DOCUMENTS, params=query)).status_code == 422


class TestChange:
    async def test_only_what_is_sent_changes(self, firm):
        f = await firm()
        document = await upload(f, LEASE, "a.txt", category="lease", jurisdiction="DE", keywords="rent")
        url = f"{DOCUMENTS}/{document['id']}"
        changed = (
            await f.client.patch(url, json={"category": None, "keywords": ["x", "x"], "filename": "b/c.txt"})
        ).json()
        assert (changed["category"], changed["keywords"], changed["jurisdiction"]) == (None, ["x"], "DE")
        assert (changed["filename"], changed["title"], changed["original_filename"]) == ("c.txt", "c", "a.txt")

    async def test_a_lost_update_is_412(self, firm):
        f = await firm()
        url = f"{DOCUMENTS}/{(await upload(f, LEASE))['id']}"
        tag = (await f.client.get(url)).headers["etag"]
        assert (await f.client.patch(url, json={"category": "a"}, headers={"If-Match": tag})).status_code == 200
        assert (await f.client.patch(url, json={"category": "b"}, headers={"If-Match": tag})).status_code == 412
        assert (await f.client.patch(url, json={"category": "c"}, headers={"If-Match": "*"})).status_code == 200
        assert (await f.client.patch(url, json={"category": "d"}, headers={"If-Match": "W/old"})).status_code == 412
        assert (await f.client.get(url)).json()["category"] == "c"

    @pytest.mark.parametrize(
        "body",
        [
            {"tenant_id": "665f1c2ab7e4d1a2c3b4d5e6"},
            {"content_hash": "0"},
            {"processing": {"status": "completed"}},
            {"generation": 7},
            {"filename": None},
            {"filename": ""},
            {"keywords": "x" * 101},
            {"keywords": None},
            {"category": {"$set": 1}},
            {"$set": {"category": "x"}},
        ],
    )
    async def test_nothing_else_can_be_changed(self, filed_once, body):
        f, document = filed_once
        url = f"{DOCUMENTS}/{document['id']}"
        assert (await f.client.patch(url, json=body)).status_code == 422
        assert (await f.client.get(url)).json() == document


class TestFile:
    @pytest.fixture
    def file(self, filed_once):
        f, document = filed_once
        return f, f"{DOCUMENTS}/{document['id']}/file"

    async def test_the_whole_is_a_download_that_no_browser_runs(self, file):
        f, url = file
        answer = await f.client.get(url)
        assert (answer.status_code, answer.content) == (200, TERMS)
        assert answer.headers["content-disposition"].startswith("attachment; ")
        assert "filename*=UTF-8''M%C3%BCller" in answer.headers["content-disposition"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert answer.headers["content-length"] == str(len(TERMS))
        assert answer.headers["accept-ranges"] == "bytes"

    @pytest.mark.parametrize(
        ("asked", "part", "content_range"),
        [
            ("bytes=0-9", TERMS[:10], f"bytes 0-9/{len(TERMS)}"),
            ("bytes=10-", TERMS[10:], f"bytes 10-{len(TERMS) - 1}/{len(TERMS)}"),
            ("bytes=-7", TERMS[-7:], f"bytes {len(TERMS) - 7}-{len(TERMS) - 1}/{len(TERMS)}"),
            ("bytes=5-999999", TERMS[5:], f"bytes 5-{len(TERMS) - 1}/{len(TERMS)}"),
            ("bytes=-999999", TERMS, f"bytes 0-{len(TERMS) - 1}/{len(TERMS)}"),
        ],
    )
    async def test_a_range(self, file, asked, part, content_range):
        f, url = file
        answer = await f.client.get(url, headers={"Range": asked})
        assert (answer.status_code, answer.content) == (206, part)
        assert answer.headers["content-range"] == content_range

    @pytest.mark.parametrize("asked", ["bytes=9-3", "bytes=-", "lines=1-2", "bytes=0-1,5-6", "bytes=a-b"])
    async def test_what_is_no_single_range_gets_the_whole(self, file, asked):
        f, url = file
        answer = await f.client.get(url, headers={"Range": asked})
        assert (answer.status_code, answer.content) == (200, TERMS)

    @pytest.mark.parametrize("asked", [f"bytes={len(TERMS)}-", "bytes=999999-", "bytes=-0"])
    async def test_a_range_outside_the_file(self, file, asked):
        f, url = file
        answer = await f.client.get(url, headers={"Range": asked})
        assert answer.status_code == 416
        assert answer.headers["content-range"] == f"bytes */{len(TERMS)}"
        assert answer.headers["content-type"] == "application/problem+json"

    async def test_a_range_of_another_version_gets_the_whole(self, file):
        f, url = file
        tag = (await f.client.get(url)).headers["etag"]
        same = await f.client.get(url, headers={"Range": "bytes=0-3", "If-Range": tag})
        other = await f.client.get(url, headers={"Range": "bytes=0-3", "If-Range": '"other"'})
        assert (same.status_code, other.status_code) == (206, 200)


class TestText:
    async def test_pages_and_chunks_are_slices_of_one_text(self, firm, worker):
        f = await firm()
        document = await filed(f, files.dense_pdf(6))
        text = await full_text(f, document)
        assert (document["page_count"], document["char_count"]) == (6, len(text))
        for number in range(1, 7):
            page = (await f.client.get(f"{DOCUMENTS}/{document['id']}/pages/{number}")).json()
            assert page["text"] == text[page["start_char"] : page["end_char"]]
            assert (page["page"], page["width"], page["height"]) == (number, 612, 792)
        chunks = await all_chunks(f, document["id"])
        assert len(chunks) == document["chunk_count"] > 7
        assert [chunk["index"] for chunk in chunks] == list(range(len(chunks)))
        for chunk in chunks:
            assert chunk["text"] == text[chunk["start_char"] : chunk["end_char"]]
            assert chunk["page_start"] == text[: chunk["start_char"]].count("\f") + 1
            assert chunk["page_end"] == text[: chunk["end_char"]].count("\f") + 1

    async def test_a_page_that_is_not_there(self, firm, worker):
        f = await firm()
        waiting = await upload(f, LEASE)
        document = await settled(f, waiting["id"])
        answer = await f.client.get(f"{DOCUMENTS}/{document['id']}/pages/{document['page_count'] + 1}")
        assert answer.status_code == 404
        assert "pages 1 to" in answer.json()["detail"]
        assert (await f.client.get(f"{DOCUMENTS}/{document['id']}/pages/0")).status_code == 422

    async def test_a_cursor_of_another_document_is_refused(self, firm, worker):
        f = await firm()
        one, two = await filed(f, files.dense_pdf(3)), await filed(f, files.dense_pdf(4))
        cursor = (await f.client.get(f"{DOCUMENTS}/{one['id']}/chunks", params={"limit": 1})).json()["next_cursor"]
        answer = await f.client.get(f"{DOCUMENTS}/{two['id']}/chunks", params={"cursor": cursor})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["loc"] == ["query", "cursor"]


class TestWhoMay:
    CALLS = (
        ("GET", "", None),
        ("PATCH", "", {"category": "theirs"}),
        ("DELETE", "", None),
        ("GET", "/file", None),
        ("GET", "/pages/1", None),
        ("GET", "/chunks", None),
        ("POST", "/reprocess", None),
    )

    async def test_another_tenant_finds_nothing_and_changes_nothing(self, firm, worker):
        mine, theirs = await firm(), await firm()
        document = await filed(mine, files.pdf(files.CLAUSE))
        for method, path, body in self.CALLS:
            answer = await theirs.client.request(method, f"{DOCUMENTS}/{document['id']}{path}", json=body)
            assert answer.status_code == 404, (method, path)
        assert (await theirs.client.get(DOCUMENTS)).json()["items"] == []
        assert (await mine.client.get(f"{DOCUMENTS}/{document['id']}")).json() == document

    async def test_a_viewer_reads_and_writes_nothing(self, firm, worker, demoted):
        f = await firm()
        document = await filed(f, files.pdf(files.CLAUSE))
        await demoted(f, Role.VIEWER)
        for method, path, body in self.CALLS:
            answer = await f.client.request(method, f"{DOCUMENTS}/{document['id']}{path}", json=body)
            assert answer.status_code == (200 if method == "GET" else 403), (method, path)
        assert (await f.client.post(DOCUMENTS, files=as_files(("a.txt", LEASE)))).status_code == 403
        assert (await f.client.post(f"{DOCUMENTS}/search", json={"query": "goods"})).status_code == 200

    async def test_a_member_changes_only_what_they_have_uploaded(self, firm, demoted):
        f = await firm()
        document = await filed(f, LEASE, "a.txt")
        await self.given_to(f, document, new_id())
        await demoted(f, Role.MEMBER)
        for method, path, body in self.CALLS:
            answer = await f.client.request(method, f"{DOCUMENTS}/{document['id']}{path}", json=body)
            assert answer.status_code == (200 if method == "GET" else 403), (method, path)
            assert method == "GET" or "an administrator" in answer.json()["detail"]
        assert (await f.client.get(f"{DOCUMENTS}/{document['id']}")).json() == document
        await self.given_to(f, document, f.principal.user_id)
        await self.change_in_every_way(f, document)

    async def test_an_administrator_changes_everybody_s(self, firm, demoted):
        f = await firm()
        document = await filed(f, LEASE, "a.txt")
        await self.given_to(f, document, new_id())
        await demoted(f, Role.ADMIN)
        await self.change_in_every_way(f, document)

    async def given_to(self, f: Firm, document: dict, user_id: Id) -> None:
        change = {"$set": {"uploaded_by": user_id}}
        assert await Document.owned_by(f.principal).update({"_id": Id(document["id"])}, change)

    async def change_in_every_way(self, f: Firm, document: dict) -> None:
        url = f"{DOCUMENTS}/{document['id']}"
        assert (await f.client.patch(url, json={"category": "mine"})).status_code == 200
        assert (await f.client.post(f"{url}/reprocess")).status_code == 202
        assert (await f.client.delete(url)).status_code == 204

    async def test_nobody_unknown_gets_in(self, client):
        for method, path, body in self.CALLS:
            answer = await client.request(method, f"{DOCUMENTS}/{new_id()}{path}", json=body)
            assert answer.status_code == 401, (method, path)
        assert (await client.post(f"{DOCUMENTS}/search", json={"query": "x"})).status_code == 401
        assert (await client.post(DOCUMENTS, files=as_files(("a.txt", LEASE)))).status_code == 401

    @pytest.mark.parametrize("broken", ["x", "665f1c2ab7e4d1a2c3b4d5e", "665f1c2ab7e4d1a2c3b4d5eg"])
    async def test_a_malformed_id_is_refused(self, shared_firm, broken):
        assert (await shared_firm.client.get(f"{DOCUMENTS}/{broken}")).status_code == 422


async def test_a_wrong_method_is_told_all_that_the_path_has(client):
    """Three routes share the path, and each knows only its own method."""
    answer = await client.put(f"{DOCUMENTS}/{new_id()}")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "DELETE, GET, PATCH"
