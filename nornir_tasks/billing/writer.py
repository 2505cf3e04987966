"""One billing system, open for writing: read what is compared, write one account at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from types import TracebackType

from ..contracts import AccountReading, AccountWrite, BillingSystemType, BillingTarget, WriteOutcome
from . import sonar_back, splynx_back
from .http import Clock, SystemClock
from .options import number_option
from .sonar import REQUESTS_PER_MINUTE as SONAR_RATE
from .sonar import SonarClient
from .splynx import REQUESTS_PER_MINUTE as SPLYNX_RATE
from .splynx import SplynxClient
from .write_back import judge

SHARE = 0.5
"""Of the system's requests per minute: a reconciliation may run at the same time."""


class BillingWriter:
    """Writes custom fields, notes and additional attributes, each only where the account is as it was read.

    :param fields: custom fields (Sonar, numbers) or additional attributes (Splynx, names) that are read and written
    :raises BillingError: an option is wrong, the credential lacks something
    """

    def __init__(
        self,
        target: BillingTarget,
        fields: Iterable[str],
        *,
        clock: Clock | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self.fields = tuple(fields)
        sonar = target.type is BillingSystemType.SONAR
        rate = number_option(target, "requests_per_minute", SONAR_RATE if sonar else SPLYNX_RATE, least=1, most=100_000)
        shared = replace(target, options={**target.options, "requests_per_minute": max(1.0, rate * SHARE)})
        kind = SonarClient if sonar else SplynxClient
        self._client: SonarClient | SplynxClient = kind(shared, clock=clock or SystemClock(), cancelled=cancelled)

    def __enter__(self) -> BillingWriter:
        return self

    def __exit__(self, type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._client.close()

    def read(self, ids: Sequence[str] | None = None) -> dict[str, AccountReading]:
        """The accounts of these ids, or all, with what is compared.

        :raises BillingError: any part of it could not be read
        """
        if isinstance(self._client, SonarClient):
            return sonar_back.read_accounts(self._client, ids, self.fields)
        return splynx_back.read_accounts(self._client, ids, self.fields)

    def write(self, write: AccountWrite) -> WriteOutcome:
        """Read the account again and write what is left to write, in one attempt.

        After an error that leaves open whether something was written, call it again later: it looks first.

        :raises BillingError: refused, or nobody knows what came of it
        """
        client = self._client
        if isinstance(client, SonarClient):
            outcome, fields, note = judge(write, sonar_back.read_one(client, write.account_id, self.fields, write.note_key))
            if fields:
                sonar_back.write_fields(client, write.account_id, fields)
            if note:
                sonar_back.write_note(client, write.account_id, write.note, write.note_key)
        else:
            outcome, fields, _ = judge(write, splynx_back.read_one(client, write.account_id, self.fields))
            if fields:
                splynx_back.write_attributes(client, write.account_id, fields)
        return outcome or WriteOutcome.WRITTEN
