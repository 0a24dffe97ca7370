"""What is asked of `atelier serve`: fields of the pieces, thousands of pictures in a call, a hosted model that answers at once."""

import base64
import http.server
import json
import random
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from readers import HERE, job
from score import Counts, score
from tools.measure import spread, verdict
from tools.server import Server

CLEAN, DEGRADED, AIMS = 0.85, 0.70, (0.93, 0.85)
GRANT = 10_000_000
SETTINGS = {"ATELIER_RATE_LIMITS": "off", "ATELIER_LOG": "error"}


def ask(server, body):
    """The answer of one call; a refusal ends the bench."""
    headers = {"Authorization": f"Bearer {Path(server.key).read_text().strip()}", "Content-Type": "application/json"}
    call = urllib.request.Request(server.url + "/api/v1/extract-image", json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(call, timeout=3600) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        sys.exit(f"extract-image: {error.code} {error.read().decode(errors='replace')[:500]}")


def asked_of(server, piece):
    picture = base64.b64encode(piece["path"].read_bytes()).decode()
    body = {"inputMethod": "base64", "images": [picture], "prompt": piece["prompt"], "schema": piece["schema"]}
    return ask(server, body)


def fields(pieces, log):
    """F1 of the local reader by kind and condition, and what it invents. `log`: a file for a line of JSON a piece."""
    with Server(**SETTINGS) as server, ThreadPoolExecutor(2) as pool:
        server.operate("grant", "default", str(GRANT))
        answers = list(pool.map(lambda piece: asked_of(server, piece), pieces))
    print(f"fields by {answers[0]['model']}, {len(pieces)} pieces, schema given")
    groups, total = {}, {True: Counts(), False: Counts()}
    for piece, answer in zip(pieces, answers):
        counts = score(piece, answer["data"])
        is_clean = piece["condition"] == "clean"
        total[is_clean] += counts
        for name in (piece["kind"], piece["condition"], piece["layout"], piece["language"]):
            groups.setdefault(name, {True: Counts(), False: Counts()})[is_clean] += counts
    if log:
        rows = [{"name": piece["path"].stem, "data": answer["data"]} for piece, answer in zip(pieces, answers)]
        Path(log).write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    print(f"{'':18} {'F1 clean':>9} {'degraded':>9}   invented clean, degraded")
    for name, sides in groups.items():
        cells = [f"{sides[side].f1:9.3f}" if sides[side].right + sides[side].missed else " " * 9 for side in (True, False)]
        print(f"{name:18} {' '.join(cells)}   " + ", ".join(f"{sides[side].invented}/{sides[side].absent}" for side in (True, False)))
    for name, side, least, aim in (("clean", True, CLEAN, AIMS[0]), ("degraded", False, DEGRADED, AIMS[1])):
        verdict(f"field F1, {name}", f"{total[side].f1:.3f}", total[side].f1 >= least, f"at least {least}")
        verdict(f"field F1, {name}, the aim", f"{total[side].f1:.3f}", total[side].f1 >= aim, f"at least {aim}")
    both = total[True] + total[False]
    shown = f"{100 * both.invention:.2f} % ({both.invented} of {both.absent} absent fields)"
    verdict("invented values", shown, both.invention <= 0.02, "at most 2 %")


def handler(answer):
    """`answer(path, body)` gives type and bytes of what a fixture says."""
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def say(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            media, content = answer(self.path, body)
            self.send_response(200)
            self.send_header("Content-Type", media)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = say

        def log_message(self, *_):
            pass

    return Handler


def fixture(answer):
    """A server on loopback; its HOST:PORT."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler(answer))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"127.0.0.1:{server.server_port}"


def memory(pieces, short):
    """Peak memory over one call with 3000 pictures by URL. Most are noise with a number, which is soon read; a run of 24 whole pages at
    the beginning and one in the middle is what needs memory: as many of them as a call has in work at the same time, and more. With two
    arenas of malloc, as `make run` and the template start what they start."""
    count, run = (100, 12) if short else (3000, 24)
    with tempfile.TemporaryDirectory() as folder:
        job(HERE / "pictures_job.py", "noise", folder, 16)
        job(HERE / "pictures_job.py", "pages", folder, *[piece["path"] for piece in pieces if piece["kind"] in ("invoice", "table")][:8])
        files = {path.name: path.read_bytes() for path in Path(folder).glob("*.jpg")}
    noise = sorted(name for name in files if name.startswith("noise"))
    pages = sorted(name for name in files if name.startswith("page"))
    host = fixture(lambda path, _: ("image/jpeg", files[path.rpartition("/")[2]]))
    is_page = lambda at: at < run or count // 2 <= at < count // 2 + run
    urls = [f"http://{host}/{at}/{(pages if is_page(at) else noise)[at % 8]}" for at in range(count)]
    schema = {"type": "object", "properties": {"total": {"type": "number"}, "invoice_date": {"type": "string", "format": "date"}}}
    body = {"inputMethod": "url", "images": urls, "prompt": "Read the total and the date", "schema": schema}
    with Server(**SETTINGS, ATELIER_FETCH_ALLOW=host, MALLOC_ARENA_MAX="2") as server:
        server.operate("grant", "default", str(GRANT))
        before, begun = server.memory_mb(), time.perf_counter()
        answer = ask(server, body)
        seconds, cpu, peak = time.perf_counter() - begun, server.cpu_seconds(), server.memory_mb("VmHWM")
    failed = [image for image in answer["images"] if image["error"]]
    if answer["imageCount"] != count or failed:
        sys.exit(f"a wrong answer: {answer['imageCount']} pictures, {len(failed)} failed: {failed[:2]}")
    size = sum(len(files[url.rpartition("/")[2]]) for url in urls) / count / 1000
    print(f"{count} pictures of {size:.0f} kB in one call: {seconds:.0f} s, {1000 * cpu / count:.0f} ms CPU each, {before:.0f} MB before")
    verdict(f"peak memory, {count} pictures", f"{peak:.0f} MB", peak < 400, "under 400 MB")


def completion(_, __):
    """What a hosted model with the OpenAI wire says."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": '{"total": 12.4}'}}
    return "application/json", json.dumps({"id": "1", "object": "chat.completion", "model": "fixture", "choices": [choice]}).encode()


def overhead(short):
    """Server CPU of a call with one picture of 2 megapixels, where the hosted model answers at once. In rounds of ten calls."""
    with tempfile.TemporaryDirectory() as folder:
        job(HERE / "pictures_job.py", "photograph", f"{folder}/photograph.jpg")
        picture = base64.b64encode(Path(f"{folder}/photograph.jpg").read_bytes()).decode()
    schema = {"type": "object", "properties": {"total": {"type": "number"}}, "required": ["total"], "additionalProperties": False}
    settings = {"ATELIER_LLM_URL": f"http://{fixture(completion)}/v1", "ATELIER_LLM_MODEL": "fixture", "ATELIER_LLM_KEY": "none"}
    rounds, walls = [], []
    with Server(**SETTINGS, **settings) as server:
        server.operate("grant", "default", str(GRANT))
        for number in range(4 if short else 16):
            before, begun = server.cpu_seconds(), time.perf_counter()
            for call in range(10):
                # Another prompt each time, so that no answer is a kept one.
                body = {"inputMethod": "base64", "images": [picture], "prompt": f"Read the total, {random.random()}", "schema": schema}
                answer = ask(server, body)
                if answer["data"] != {"total": 12.4}:
                    sys.exit(f"a wrong answer: {answer}")
            rounds.append(100 * (server.cpu_seconds() - before))
            walls.append(100 * (time.perf_counter() - begun))
    middle = sorted(rounds[1:])[len(rounds[1:]) // 2]
    shown = f"{spread(rounds[1:])} ms (wall {spread(walls[1:])} ms)"
    verdict("server CPU of a call, hosted model that answers at once, 2 MP", shown, middle < 60, "under 60 ms")
