"""Client for asyncio: its answers and errors are those of the client that it is made of."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import pytest

from resolver.client import AsyncClient, BatchJob, Client, NotFoundError, ServiceError
from resolver.client.client import MAX_THREADS
from resolver.client.transport import MAX_CONNECTIONS
from tests.api.conftest import Serve
from tests.api.test_client import LINES, work

pytestmark = pytest.mark.slow
R = TypeVar("R")


@pytest.fixture
def address(url: str, serve_fork: Serve) -> Iterator[str]:
    with serve_fork(url, ready=True) as (_, address_of_service, _):
        yield address_of_service


def run(address: str, body: Callable[[AsyncClient], Coroutine[Any, Any, R]]) -> R:
    async def with_client() -> R:
        async with AsyncClient(Client(address, purpose="tests")) as hub:
            return await body(hub)

    return asyncio.run(with_client())


def public_methods(kind: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(kind, callable) if not name.startswith("_")}


def test_every_method_of_the_client_can_be_awaited() -> None:
    assert public_methods(AsyncClient) - {"run"} == public_methods(Client)
    assert MAX_THREADS <= MAX_CONNECTIONS
    for name in public_methods(Client) - {"events"}:
        assert inspect.iscoroutinefunction(getattr(AsyncClient, name))


def test_answers_are_those_of_the_client(address: str) -> None:
    async def ask(hub: AsyncClient) -> None:
        names = ["Maria Quispe Huanca", "John Smith", "Nobody Whatever"] * 10
        together = await asyncio.gather(*(hub.check(name=name, schema="Person") for name in names))
        with Client(address) as client:
            alike = [client.check(name=name, schema="Person") for name in names[:3]]
            assert together == alike * 10
            assert await hub.search("maria") == client.search("maria")
            assert await hub.catalog() == client.catalog()
        assert await hub.ready()
        with pytest.raises(NotFoundError, match="nobody"):
            await hub.entity("nobody")

    run(address, ask)


def test_a_request_does_not_stop_the_loop(address: str) -> None:
    async def ask(hub: AsyncClient) -> list[str]:
        order: list[str] = []
        go_on = threading.Event()

        async def wait_in_thread() -> None:
            await hub.run(go_on.wait)
            order.append("request")

        waiting = asyncio.create_task(wait_in_thread())
        await asyncio.sleep(0)
        order.append("loop")
        go_on.set()
        await waiting
        return order

    assert run(address, ask) == ["loop", "request"]


def test_a_batch_is_submitted_followed_and_waited_for(url: str, address: str) -> None:
    async def submit(hub: AsyncClient) -> tuple[list[BatchJob], BatchJob]:
        job = await hub.submit(LINES.encode(), name="port.ftm.json")
        with pytest.raises(ServiceError, match="not finished after"):
            await hub.wait(job.id, seconds=0.3)
        worker = asyncio.create_task(asyncio.to_thread(work, url))
        states = [state async for state in hub.events(job.id)]
        await worker
        return states, await hub.wait(job.id)

    states, job = run(address, submit)
    assert states[-1].state == job.state == "done"
    assert [state.id for state in states] == [job.id] * len(states)
