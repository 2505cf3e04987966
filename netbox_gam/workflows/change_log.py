"""What NetBox does with every object that was saved: change log, event rules, notifications, search index. For many at once.

NetBox's own receivers (``core.signals.handle_changed_object``, ``extras.signals.notify_object_changed``) take three statements for
each object. :func:`together` gathers what a block saved and takes as many for all of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from core.choices import ObjectChangeActionChoices
from core.events import OBJECT_CREATED, OBJECT_UPDATED
from core.models import ObjectChange
from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.models.signals import post_save
from django_prometheus.models import model_inserts, model_updates
from extras.events import enqueue_event
from extras.models import Subscription
from extras.signals import notify_object_changed
from netbox.context import current_request, events_queue
from netbox.models.features import has_feature
from netbox.search.backends import search_backend

AT_ONCE = 500
"""Rows of one INSERT."""


@dataclass
class _Gathered:
    """What is still to be written, in the order it came."""

    rows: list[Any] = field(default_factory=list)
    entries: list[ObjectChange] = field(default_factory=list)
    updated: list[Any] = field(default_factory=list)
    created: list[Any] = field(default_factory=list)
    outdated: list[Any] = field(default_factory=list)
    """Objects the search index holds otherwise than they are."""

    def mark(self) -> tuple[int, ...]:
        """How far it is."""
        return tuple(len(one) for one in self._all())

    def back_to(self, mark: tuple[int, ...]) -> None:
        """Forget what came after a mark."""
        for one, length in zip(self._all(), mark, strict=True):
            del one[length:]

    def _all(self) -> tuple[list[Any], ...]:
        return self.rows, self.entries, self.updated, self.created, self.outdated

    def write(self) -> None:
        """Rows first: the index needs their keys."""
        for model, rows in _by_model(self.rows):
            # A link that is there already is as good.
            links = bool(model._meta.auto_created)
            model._default_manager.bulk_create(rows, batch_size=AT_ONCE, ignore_conflicts=links)
        _log(self.entries)
        for _, objects in _by_model([*self.created, *self.rows]):
            search_backend.cache(objects, remove_existing=False)
        for _, objects in _by_model(self.outdated):
            search_backend.cache(objects)
        for model, objects in _by_model(self.updated):
            _notify(model, objects)


_open: ContextVar[_Gathered | None] = ContextVar("netbox_gam_together", default=None)


@contextmanager
def together(*, durable: bool = False) -> Iterator[None]:
    """A transaction at whose end NetBox is told of everything the block saved. Within another such block it is a part of that.

    A part of it that fails and is not to take all with it belongs in :func:`isolated`.

    :param durable: what the block saves has to be stored once it has ended, whatever comes afterwards
    :raises RuntimeError: ``durable`` within another transaction
    """
    if _open.get() is not None:
        if durable:
            raise RuntimeError("What has to be stored at once cannot be a part of something larger.")
        yield
        return
    gathered = _Gathered()
    with _events_taken_back(), transaction.atomic(durable=durable):
        token = _open.set(gathered)
        try:
            yield
        finally:
            _open.reset(token)
        gathered.write()


@contextmanager
def isolated() -> Iterator[None]:
    """A transaction, or a part of the one there is already: what the block wrote, or told, is undone when it raises.

    Other than a nested ``atomic()`` it is no scope of its own for what NetBox does at the end of the transaction: the search index
    is brought up to date once for all blocks.
    """
    gathered = _open.get()
    mark = gathered.mark() if gathered else ()
    try:
        with _events_taken_back(), _savepoint() if connection.in_atomic_block else transaction.atomic():
            yield
    except BaseException:
        if gathered:
            gathered.back_to(mark)
        raise


@contextmanager
def _events_taken_back() -> Iterator[None]:
    """What the block saved and took back, because it raised, must not reach webhooks and event rules."""
    queued = dict(events_queue.get())
    try:
        yield
    except BaseException:
        events_queue.set(queued)
        raise


@contextmanager
def _savepoint() -> Iterator[None]:
    point = transaction.savepoint()
    try:
        yield
    except BaseException:
        transaction.savepoint_rollback(point)
        raise
    transaction.savepoint_commit(point)


def tell(obj: Any, *, created: bool, searched: bool = True) -> None:
    """Tell NetBox of an object that was written, as its receivers of ``post_save`` do.

    :param searched: whether the search index has to learn of it
    """
    with _gathering() as gathered:
        if current_request.get() is not None:
            gathered.entries += _entries(obj, created)
            _enqueue(obj, created)
            (model_inserts if created else model_updates).labels(obj._meta.model_name).inc()
        if not created:
            gathered.updated.append(obj)
        if searched:
            (gathered.created if created else gathered.outdated).append(obj)


def add(rows: Sequence[Any]) -> None:
    """Write rows that are a part of other objects and not logged by themselves."""
    with _gathering() as gathered:
        gathered.rows += rows


@contextmanager
def _gathering() -> Iterator[_Gathered]:
    """Where to gather: for the block that is open; else it is written at once."""
    gathered = _open.get()
    if gathered is not None:
        yield gathered
        return
    gathered = _Gathered()
    yield gathered
    gathered.write()


def _entries(obj: Any, created: bool) -> list[ObjectChange]:
    """The object's entry for the change log, if anything of it changed."""
    request: Any = current_request.get()
    actions = ObjectChangeActionChoices
    entry = obj.to_objectchange(actions.ACTION_CREATE if created else actions.ACTION_UPDATE)
    if not entry.has_changes:
        return []
    entry.user, entry.user_name, entry.request_id = request.user, request.user.username, request.id
    return [entry]


def _enqueue(obj: Any, created: bool) -> None:
    """For event rules, which are worked off when the request or the job ends."""
    queue = events_queue.get()
    enqueue_event(queue, obj, current_request.get(), OBJECT_CREATED if created else OBJECT_UPDATED)
    events_queue.set(queue)


def _log(entries: Sequence[ObjectChange]) -> None:
    ObjectChange.objects.bulk_create(entries, batch_size=AT_ONCE)
    for entry in entries:
        # Other plugins follow the change log.
        post_save.send(ObjectChange, instance=entry, created=True, raw=False, using=DEFAULT_DB_ALIAS, update_fields=None)


def _notify(model: Any, objects: Iterable[Any]) -> None:
    """Notify those who subscribed to one of the objects."""
    if not has_feature(model, "notifications"):
        return
    by_key = {obj.pk: obj for obj in objects}
    followed = Subscription.objects.filter(object_type=ContentType.objects.get_for_model(model), object_id__in=by_key)
    for key in set(followed.order_by().values_list("object_id", flat=True)):
        notify_object_changed(sender=model, instance=by_key[key], created=False)


def _by_model(objects: Iterable[Any]) -> Iterable[tuple[Any, list[Any]]]:
    """Objects by model; each once, as it is now."""
    found: dict[Any, dict[int, Any]] = defaultdict(dict)
    for obj in objects:
        found[type(obj)][id(obj)] = obj
    return [(model, list(by_identity.values())) for model, by_identity in found.items()]
