"""Batch jobs over HTTP: made, uploaded by a form, started, looked at, downloaded."""

import hashlib
import http.client
import json
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from batch.lines import LABELS

BORDER = "a-border-of-the-form"


@dataclass
class Done:
    """A job from its upload to its downloaded results. Seconds, and CPU seconds of the server."""

    rows: int
    report: dict
    upload: float
    work: float
    download: float
    cpu: float
    bytes: int
    digest: str
    moments: dict = field(default_factory=dict)

    @property
    def seconds(self):
        return self.upload + self.work + self.download

    def shown(self):
        return (
            f"{self.seconds:.2f} s (upload {self.upload:.2f}, start to completed {self.work:.2f}, download {self.download:.2f}), "
            f"{1000 * self.cpu / self.rows:.4f} ms CPU a row, {self.cpu / self.seconds:.2f} cores busy"
        )


def call(server, method, path, body=None):
    headers = {"Authorization": f"Bearer {Path(server.key).read_text().strip()}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(server.url + path, data, headers, method=method)) as answer:
        return json.load(answer)


def make(server, priority, content):
    """A job with its file, and the seconds that the upload took."""
    made = call(server, "POST", "/v1/batch", {"labels": LABELS, "priority": priority})
    begun = time.perf_counter()
    upload(made["upload_url"], made["input_key"], content)
    return made["job_id"], time.perf_counter() - begun


def upload(url, key, content):
    part = f'--{BORDER}\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n'
    head = (part % ("key", "") + key + "\r\n" + part % ("file", '; filename="lines.ndjson"')).encode()
    tail = f"\r\n--{BORDER}--\r\n".encode()

    def body():
        yield head
        yield from content.chunks()
        yield tail

    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.netloc, timeout=600)
    size = str(len(head) + content.size + len(tail))
    headers = {"Content-Type": f"multipart/form-data; boundary={BORDER}", "Content-Length": size}
    connection.request("POST", where.path, body(), headers)
    answer = connection.getresponse()
    said = answer.read()
    connection.close()
    if answer.status >= 300:
        sys.exit(f"the upload: {answer.status} {said[:500]}")


def wait(server, job, rows, every):
    """Looks until the job is completed. Answers its last report, and when what was seen first."""
    moments = {}
    while True:
        report = call(server, "GET", f"/v1/batch/{job}")
        now = time.perf_counter()
        moments.setdefault("processing", now)
        if report["requests_completed"] == rows:
            moments.setdefault("counted", now)
        if report["status"] == "completed":
            return report, {**moments, "completed": now}
        if report["status"] != "processing":
            sys.exit(f"the job is not processed: {report}")
        time.sleep(every)


def download(server, job):
    """Bytes, lines and digest of the results."""
    url = urlsplit(call(server, "GET", f"/v1/batch/{job}/results")["download_url"])
    digest, size, lines = hashlib.blake2b(), 0, 0
    with urllib.request.urlopen(f"{server.url}{url.path}?{url.query}") as answer:
        while block := answer.read(1 << 20):
            digest.update(block)
            size += len(block)
            lines += block.count(b"\n")
    return size, lines, digest.hexdigest()


def run(server, priority, content, every=0.1):
    """A job from beginning to end. Results with more or fewer lines than the file, or with other faults, end the bench."""
    cpu = server.cpu_seconds()
    job, uploaded = make(server, priority, content)
    begun = time.perf_counter()
    call(server, "POST", f"/v1/batch/{job}/start")
    started = time.perf_counter()
    report, moments = wait(server, job, content.rows, every)
    done = time.perf_counter()
    size, lines, digest = download(server, job)
    downloaded = time.perf_counter() - done
    if not lines == report["requests_completed"] == report["requests_total"] == content.rows:
        sys.exit(f"{lines} lines of results, {content.rows} in the file: {report}")
    if report["requests_failed"] != content.failed:
        sys.exit(f"{content.failed} lines have no text: {report}")
    spent = server.cpu_seconds() - cpu
    moments["started"] = started
    return Done(content.rows, report, uploaded, done - begun, downloaded, spent, size, digest, moments)


def forget(server, done):
    """Deletes a job with its files."""
    call(server, "DELETE", f"/v1/batch/{done.report['job_id']}")
