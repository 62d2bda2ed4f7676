"""Client for programs that run on `asyncio`.

Its methods are those of `Client`, each run in a thread: requests, retries, errors and answers are
the same code. A request waits for the network and holds no lock, so a few threads carry hundreds of
requests a second, and no further HTTP library is needed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from resolver.client.client import Client
from resolver.client.exceptions import ServiceError
from resolver.client.models import BatchJob
from resolver.client.transport import POLL_SECONDS

P = ParamSpec("P")
R = TypeVar("R")
MAX_THREADS = 16
"""Requests that run at once; further ones wait for a thread."""


def _in_thread(
    method: Callable[Concatenate[Client, P], R],
) -> Callable[Concatenate[AsyncClient, P], Coroutine[Any, Any, R]]:
    """Return a method of `Client` as one that is awaited."""

    @wraps(method)
    async def call(self: AsyncClient, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await self.run(partial(method, self.client, *args, **kwargs))

    return call


class AsyncClient:
    """Client whose calls are awaited; use it as an asynchronous context manager.

        async with AsyncClient(Client("http://127.0.0.1:8000", key="…")) as hub:
            first, second = await asyncio.gather(hub.check(name="A B"), hub.check(name="C D"))

    It closes the client that it is made of. A call that is cancelled returns at once; its request
    goes on in its thread.
    """

    def __init__(self, client: Client, *, threads: int = MAX_THREADS) -> None:
        self.client = client
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="resolver-client")

    async def close(self) -> None:
        """Wait for requests that run, and close all connections."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
        self.client.close()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def run(self, call: Callable[[], R]) -> R:
        """Run a call in one of the client's threads, and return its result."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    check = _in_thread(Client.check)
    match = _in_thread(Client.match)
    search = _in_thread(Client.search)
    entity = _in_thread(Client.entity)
    adjacent = _in_thread(Client.adjacent)
    changes = _in_thread(Client.changes)
    catalog = _in_thread(Client.catalog)
    algorithms = _in_thread(Client.algorithms)
    reconcile = _in_thread(Client.reconcile)
    refresh = _in_thread(Client.refresh)
    submit = _in_thread(Client.submit)
    batch = _in_thread(Client.batch)
    batches = _in_thread(Client.batches)
    cancel = _in_thread(Client.cancel)
    accept = _in_thread(Client.accept)
    result = _in_thread(Client.result)
    save_result = _in_thread(Client.save_result)
    post = _in_thread(Client.post)
    withdraw = _in_thread(Client.withdraw)
    ready = _in_thread(Client.ready)
    openapi = _in_thread(Client.openapi)

    async def events(self, job_id: str) -> AsyncIterator[BatchJob]:
        """Yield a batch at each of its state changes until it is finished."""
        jobs = self.client.events(job_id)
        while (job := await self.run(partial(next, jobs, None))) is not None:
            yield job

    async def wait(self, job_id: str, *, seconds: float = 3600.0) -> BatchJob:
        """Return a batch once it is finished. Raises `ServiceError` after `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                while not (job := await self.batch(job_id)).is_finished:
                    await asyncio.sleep(min(POLL_SECONDS, seconds / 10))
                return job
        except TimeoutError:
            raise ServiceError(
                f"the batch is not finished after {seconds:g} seconds", place=job_id
            ) from None
