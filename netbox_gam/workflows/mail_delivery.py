"""Handing one mail to the mail server that NetBox is configured for, and what the server answered."""

from __future__ import annotations

import base64
import contextlib
import email.policy
import smtplib
from dataclasses import dataclass, field
from typing import Any

from django.core.mail import EmailMultiAlternatives, InvalidMailer, MailerDoesNotExist, mailers

from ..exceptions import WorkflowError

LONGEST_WORDS = 400


@dataclass(frozen=True, slots=True)
class Delivery:
    """A mail that was taken. ``answer``: the server's words. ``refused``: addresses it did not take, and why."""

    answer: str
    refused: dict[str, str] = field(default_factory=dict)


class MailError(WorkflowError):
    """A mail was not taken. ``server_away``: no other one would be now, either."""

    def __init__(self, message: str, *, next_step: str, server_away: bool) -> None:
        super().__init__(message, next_step=next_step)
        self.server_away = server_away


def deliver(message: EmailMultiAlternatives) -> Delivery:
    """Send one mail.

    :raises MailError: in the server's words, without what NetBox logged in with
    """
    backend: Any = None
    try:
        backend = mailers.default
        if not hasattr(backend, "connection_class"):
            backend.send_messages([message])  # a backend that is no SMTP: of a test, or writing to a file
            return Delivery(f"Handed to {type(backend).__module__}.")
        backend.open()
        return _transmit(backend.connection, message)
    except (InvalidMailer, MailerDoesNotExist) as error:
        raise MailError(
            f"NetBox has no mail server: {error}", next_step="Set EMAIL in NetBox's configuration.", server_away=True
        ) from error
    except smtplib.SMTPRecipientsRefused as error:
        refused = "; ".join(f"{address}: {_words(code, text)}" for address, (code, text) in error.recipients.items())
        raise MailError(
            _clean(f"No address was taken. {refused}", backend), next_step="Check the addresses of the group.", server_away=False
        ) from None
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        words = _words(error.smtp_code, error.smtp_error)
        raise MailError(
            _clean(f"The server refused the mail: {words}", backend),
            next_step="Check EMAIL['FROM_EMAIL'] in NetBox's configuration, and what the server lets NetBox send.",
            server_away=False,
        ) from None
    except smtplib.SMTPAuthenticationError as error:
        # The exception may hold what was sent: it is not chained.
        raise MailError(
            _clean(f"The server refused the login: {_words(error.smtp_code, error.smtp_error)}", backend),
            next_step="Check USERNAME and PASSWORD of EMAIL in NetBox's configuration.",
            server_away=True,
        ) from None
    except (smtplib.SMTPException, OSError) as error:
        raise MailError(
            _clean(f"The mail server could not be used: {type(error).__name__}: {error}", backend),
            next_step="Check SERVER, PORT and encryption of EMAIL in NetBox's configuration, and that the server runs.",
            server_away=True,
        ) from None
    finally:
        _close(backend)


def _transmit(smtp: smtplib.SMTP, message: EmailMultiAlternatives) -> Delivery:
    """As :meth:`smtplib.SMTP.sendmail`, which tells nobody what the server answered."""
    smtp.ehlo_or_helo_if_needed()
    code, answer = smtp.mail(_bare(message.from_email))
    if code != 250:
        raise smtplib.SMTPSenderRefused(code, answer, message.from_email)
    answers = {address: smtp.rcpt(address) for address in message.recipients()}
    refused = {address: reply for address, reply in answers.items() if reply[0] not in (250, 251)}
    if len(refused) == len(answers):
        raise smtplib.SMTPRecipientsRefused(refused)
    code, answer = smtp.data(message.message().as_bytes(policy=email.policy.SMTP))
    if code != 250:
        raise smtplib.SMTPDataError(code, answer)
    return Delivery(_words(code, answer), {address: _words(*reply) for address, reply in refused.items()})


def _bare(address: str) -> str:
    from email.utils import parseaddr

    return parseaddr(address)[1]


def _close(backend: Any) -> None:
    """End the connection. A mail that was taken stays taken, whatever the server says to the farewell."""
    if backend is not None:
        with contextlib.suppress(smtplib.SMTPException, OSError):
            backend.close()


def _words(code: int, text: bytes | str) -> str:
    words = text.decode(errors="replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(words.split())}"[:LONGEST_WORDS]


def _clean(words: str, backend: Any) -> str:
    """Without the password, in clear or as it goes over the wire, should the server have repeated it."""
    password, username = getattr(backend, "password", None), getattr(backend, "username", None) or ""
    if password:
        plain = f"\0{username}\0{password}".encode()
        for secret in (base64.b64encode(plain).decode(), base64.b64encode(password.encode()).decode(), password):
            words = words.replace(secret, "********")
    return words[:LONGEST_WORDS]
