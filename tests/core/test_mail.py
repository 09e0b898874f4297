"""Mail out: what is handed over, when it may be tried again, and what never gets into a header."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
import structlog
from pydantic import SecretStr

from elenchus.core import mail as postbox
from elenchus.core import problems
from elenchus.core import settings as settings_module
from elenchus.core.clock import now
from elenchus.core.mail import Mail, MailDelayed, MailNotConfigured, MailRefused, UnsafeMail, send
from elenchus.core.settings import Environment, LogSettings, MailSettings, ServerSettings, Settings, use
from tests.fixtures.smtp import HOST, SmtpStub, make_certificate, mute_server, smtp_server

LETTER = Mail("zoe@firm.example", "Your brief", "It is filed.\n", "filing 7")
Configure = Callable[..., Settings]


@pytest.fixture
def configure() -> Iterator[Configure]:
    """Settings of nothing but mail, until the test ends."""
    before = settings_module._current

    def make(environment: Environment = Environment.DEVELOPMENT, **values: object) -> Settings:
        key = SecretStr("a key that this test alone has, 42")
        return use(
            Settings.model_construct(
                server=ServerSettings(_env_file=None, environment=environment, secret_key=key),
                log=LogSettings(_env_file=None),
                mail=MailSettings(_env_file=None, **{"security": "none", "timeout_seconds": 5, **values}),
            )
        )

    yield make
    settings_module._current = before


@pytest.fixture
async def server(configure: Configure) -> AsyncIterator[SmtpStub]:
    async with smtp_server() as stub:
        configure(host=HOST, port=stub.port)
        yield stub


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[structlog.types.EventDict]:
    capture = structlog.testing.LogCapture()
    at_info = structlog.make_filtering_bound_logger("INFO")
    monkeypatch.setattr(postbox, "log", structlog.wrap_logger(None, [capture], at_info))
    return capture.entries


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("mail"))


class TestHandingOver:
    async def test_the_server_gets_it(self, server):
        await send(LETTER)
        (mail,) = server.mails
        assert (mail.sender, mail.recipients) == ("elenchus@localhost", ["zoe@firm.example"])
        assert (mail.message["To"], mail.message["Subject"]) == ("zoe@firm.example", "Your brief")
        assert mail.message["From"] == "Elenchus <elenchus@localhost>"
        assert mail.text == "It is filed.\n"
        assert mail.message["Auto-Submitted"] == "auto-generated"
        assert abs((parsedate_to_datetime(mail.message["Date"]) - now()).total_seconds()) < 60

    async def test_any_letters_and_long_lines_arrive_as_they_were(self, server):
        text = f"Größe, façade, 契約 — https://firm.example/?token={'a' * 300}\n\n.\n..\nFrom here on\n"
        await send(Mail("zoe@firm.example", "Ihre Klage: 契約 " + "y" * 150, text, "k"))
        (mail,) = server.mails
        assert mail.text == text
        assert mail.message["Subject"] == "Ihre Klage: 契約 " + "y" * 150

    async def test_an_international_domain_goes_out_in_its_ascii_form(self, server):
        await send(Mail("zoe@münchen.example", "s", "t", "k"))
        assert server.mails[0].recipients == ["zoe@xn--mnchen-3ya.example"]

    async def test_an_international_name_goes_to_a_server_that_takes_it(self, server):
        await send(Mail("zoë@münchen.example", "s", "t", "k"))
        assert server.mails[0].recipients == ["zoë@xn--mnchen-3ya.example"]

    async def test_and_is_final_for_one_that_does_not(self, configure):
        async with smtp_server(enable_utf8=False) as stub:
            configure(host=HOST, port=stub.port)
            with pytest.raises(MailRefused):
                await send(Mail("zoë@firm.example", "s", "t", "k"))
        assert stub.mails == []

    async def test_a_repeat_has_the_same_message_id_and_another_mail_another(self, server):
        await send(LETTER)
        await send(Mail(LETTER.to, LETTER.subject, LETTER.text, LETTER.key))
        await send(Mail(LETTER.to, LETTER.subject, LETTER.text, "filing 8"))
        first, repeat, other = (mail.message["Message-ID"] for mail in server.mails)
        assert first == repeat != other
        assert first.endswith("@localhost>")
        assert LETTER.key not in first

    async def test_the_sender_is_the_settings(self, server, configure):
        configure(host=HOST, port=server.port, sender="Kanzlei Öhl <post@kanzlei.example>")
        await send(LETTER)
        assert server.mails[0].sender == "post@kanzlei.example"
        assert server.mails[0].message["From"] == "Kanzlei Öhl <post@kanzlei.example>"

    async def test_many_at_once(self, server):
        await asyncio.gather(*(send(Mail("zoe@firm.example", f"{n}", "t", f"{n}")) for n in range(20)))
        assert sorted(int(mail.message["Subject"]) for mail in server.mails) == list(range(20))


class TestTrust:
    @pytest.mark.parametrize("security", ["starttls", "tls"])
    async def test_encrypted_to_a_server_whose_certificate_is_trusted(
        self, security, configure, certificate, monkeypatch
    ):
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        async with smtp_server(security=security, certificate=certificate, credentials=("elenchus", "hush")) as stub:
            configure(host=HOST, port=stub.port, security=security, username="elenchus", password=SecretStr("hush"))
            await send(LETTER)
        assert [mail.was_encrypted for mail in stub.mails] == [True]
        assert stub.logins == [("elenchus", "hush", True)]

    @pytest.mark.parametrize("security", ["starttls", "tls"])
    async def test_nothing_is_told_to_a_server_that_nobody_vouches_for(self, security, configure, certificate):
        async with smtp_server(security=security, certificate=certificate, credentials=("elenchus", "hush")) as stub:
            configure(host=HOST, port=stub.port, security=security, username="elenchus", password=SecretStr("hush"))
            with pytest.raises(MailDelayed):
                await send(LETTER)
        assert (stub.mails, stub.logins) == ([], [])

    async def test_starttls_is_never_done_without(self, configure):
        """Somebody on the way may have removed the offer."""
        async with smtp_server(security="none", credentials=("elenchus", "hush")) as stub:
            configure(host=HOST, port=stub.port, security="starttls", username="elenchus", password=SecretStr("hush"))
            with pytest.raises(MailDelayed):
                await send(LETTER)
        assert (stub.mails, stub.logins) == ([], [])

    async def test_a_wrong_password_names_the_settings_and_may_be_mended(self, configure):
        async with smtp_server(credentials=("elenchus", "hush")) as stub:
            configure(host=HOST, port=stub.port, username="elenchus", password=SecretStr("wrong"))
            with pytest.raises(MailDelayed, match="SMTP_PASSWORD") as refused:
                await send(LETTER)
        assert "wrong" not in str(refused.value.detail)
        assert stub.mails == []


class TestFaults:
    @pytest.mark.parametrize("verb", ["RCPT", "DATA"])
    async def test_a_refusal_for_good_is_final(self, server, verb):
        server.will_answer(verb, "550 5.1.1 zoe@firm.example is unknown here")
        with pytest.raises(MailRefused) as refused:
            await send(LETTER)
        assert "zoe" not in refused.value.detail
        assert server.mails == []

    @pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
    async def test_a_refusal_for_now_is_to_be_repeated_after_a_pause(self, server, verb):
        server.will_answer(verb, "451 4.7.1 Greylisted, come back later")
        with pytest.raises(MailDelayed) as delayed:
            await send(LETTER)
        assert delayed.value.retry_after_seconds == postbox.GREYLIST_SECONDS
        await send(LETTER)
        assert len(server.mails) == 1

    async def test_a_refused_sender_names_the_setting_and_may_be_mended(self, server):
        server.will_answer("MAIL", "550 not from you")
        with pytest.raises(MailDelayed, match="SMTP_SENDER"):
            await send(LETTER)

    @pytest.mark.parametrize("verb", ["EHLO", "MAIL", "RCPT", "DATA"])
    async def test_a_dropped_line_is_to_be_repeated(self, server, verb):
        server.drop_at = verb
        with pytest.raises(MailDelayed):
            await send(LETTER)
        assert server.mails == []

    async def test_a_mail_whose_receipt_was_lost_is_repeated_and_recognised(self, server):
        server.forgets_to_tell = LETTER.to
        with pytest.raises(MailDelayed):
            await send(LETTER)
        await send(LETTER)
        assert len({mail.message["Message-ID"] for mail in server.mails}) == 1

    @pytest.mark.parametrize("verb", ["EHLO", "MAIL", "RCPT", "DATA"])
    async def test_a_server_that_hangs_costs_no_more_than_the_time_for_one_mail(self, server, configure, verb):
        configure(host=HOST, port=server.port, timeout_seconds=0.3)
        server.hang_at = verb
        began = time.monotonic()
        with pytest.raises(MailDelayed):
            await send(LETTER)
        assert time.monotonic() - began < 2

    async def test_nor_does_one_that_is_slow_at_each_command(self, server, configure):
        configure(host=HOST, port=server.port, timeout_seconds=0.5)
        server.slow_seconds = 0.2
        with pytest.raises(MailDelayed):
            await send(LETTER)
        assert server.mails == []

    async def test_nor_does_one_that_never_greets(self, configure):
        async with mute_server() as port:
            configure(host=HOST, port=port, timeout_seconds=0.3)
            with pytest.raises(MailDelayed):
                await send(LETTER)

    @pytest.mark.parametrize("fault", ["hang_at", "drop_at"])
    async def test_no_goodbye_is_no_fault(self, server, monkeypatch, fault):
        monkeypatch.setattr(postbox, "GOODBYE_SECONDS", 0.1)
        setattr(server, fault, "QUIT")
        await send(LETTER)
        assert len(server.mails) == 1

    async def test_nobody_at_that_port(self, configure, unused_port):
        configure(host=HOST, port=unused_port)
        with pytest.raises(MailDelayed):
            await send(LETTER)

    @pytest.mark.parametrize("sender", ["", "nobody", "a@firm.example, b@firm.example"])
    async def test_a_sender_that_is_no_address_names_the_setting(self, server, configure, sender):
        configure(host=HOST, port=server.port, sender=sender)
        with pytest.raises(MailDelayed, match="SMTP_SENDER"):
            await send(LETTER)

    async def test_what_is_no_address_is_final(self, server):
        with pytest.raises(MailRefused):
            await send(Mail("a@firm.example, b@firm.example", "s", "t", "k"))
        assert server.connections == 0

    async def test_no_line_of_the_log_names_the_recipient_or_repeats_the_server(self, server, lines):
        server.will_answer("RCPT", "550 5.1.1 zoe@firm.example is unknown here")
        with pytest.raises(MailRefused):
            await send(LETTER)
        await send(LETTER)
        assert [line["event"] for line in lines] == ["a mail was not taken", "mail sent"]
        assert not any(secret in str(lines) for secret in ("zoe", "unknown", "filed", "filing"))


@pytest.fixture
def unused_port() -> int:
    from tests.conftest import free_port

    return free_port()


ENDS_OF_LINES = ["\r", "\n", "\r\n", "\x00", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\ud800"]


class TestHeaders:
    @pytest.mark.parametrize("end", ENDS_OF_LINES, ids=ascii)
    @pytest.mark.parametrize("part", ["to", "subject", "key"])
    def test_no_line_begins_another(self, part, end):
        parts = {"to": "zoe@firm.example", "subject": "s", "text": "t", "key": "k"}
        with pytest.raises(UnsafeMail, match=part):
            Mail(**parts | {part: f"{parts[part]}{end}Bcc: thief@evil.example"})

    @pytest.mark.parametrize("part", ["to", "subject", "key"])
    def test_none_is_empty(self, part):
        parts = {"to": "zoe@firm.example", "subject": "s", "text": "t", "key": "k"}
        with pytest.raises(UnsafeMail):
            Mail(**parts | {part: ""})

    @pytest.mark.parametrize("part", ["to", "subject", "key"])
    def test_none_hides_a_line_in_an_encoded_word(self, part):
        parts = {"to": "zoe@firm.example", "subject": "s", "text": "t", "key": "k"}
        with pytest.raises(UnsafeMail):
            Mail(**parts | {part: "=?utf-8?q?Hi=0D=0ABcc:_thief=40evil.example?="})

    @pytest.mark.parametrize("subject", ["Bcc: thief@evil.example", "a" * 5000, "é" * 1000, "a = ? b", "x\\r\\nBcc: y"])
    async def test_a_subject_stays_a_subject(self, server, subject):
        await send(Mail("zoe@firm.example", subject, "t", "k"))
        (mail,) = server.mails
        assert mail.message["Bcc"] is None
        assert mail.recipients == ["zoe@firm.example"]

    def test_a_mail_does_not_print_its_recipient_or_its_text(self):
        assert "zoe" not in repr(LETTER)
        assert "filed" not in repr(LETTER)


class TestWithoutServer:
    async def test_a_developer_finds_the_mail_in_the_log(self, configure, lines):
        configure()
        await send(LETTER)
        (line,) = lines
        assert (line["log_level"], line["to"], line["text"]) == ("info", LETTER.to, LETTER.text)

    async def test_production_refuses_and_names_the_setting(self, configure, lines):
        configure(Environment.PRODUCTION)
        with pytest.raises(MailNotConfigured, match="SMTP_HOST"):
            postbox.require()
        with pytest.raises(MailNotConfigured):
            await send(LETTER)
        assert lines == []

    def test_as_a_503(self):
        refusal = MailNotConfigured()
        answer = problems.response(refusal, instance="/", request_id="r")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "60"

    async def test_production_with_a_server_logs_no_mail(self, configure, lines):
        async with smtp_server() as stub:
            configure(Environment.PRODUCTION, host=HOST, port=stub.port)
            await send(LETTER)
        assert len(stub.mails) == 1
        assert not any(secret in str(lines) for secret in ("zoe", "filed"))
