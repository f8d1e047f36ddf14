"""A worker whose job does not come back."""

from __future__ import annotations

import threading

from interviewer.workers import ThreadWorker


def test_a_renewed_worker_goes_on_beside_the_job_that_hangs() -> None:
    begun, let_go, after = threading.Event(), threading.Event(), threading.Event()

    def hangs() -> bool:
        begun.set()
        return let_go.wait(10)

    worker = ThreadWorker("hangs")
    hanging = worker.submit(hangs)
    assert begun.wait(10)
    behind = worker.submit(after.set)
    worker.renew()
    assert behind.cancelled()
    assert worker.submit(lambda: "new").result(5) == "new"
    let_go.set()
    assert hanging.result(5) is True  # whoever still waits for it gets it
    worker.close()
    assert not after.is_set()
