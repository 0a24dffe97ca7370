"""A server that is killed again and again."""

import random
import sys
import time

from batch import jobs, lines
from batch.rows import Bank
from tools.measure import verdict

ROWS = 200_000


def kills(short):
    """Jobs go on until so many kills have hit one; each has the results of an undisturbed one, and is charged once."""
    most, hits, disturbed = (3 if short else 20), 0, 0
    chance = random.Random()
    content = lines.short_texts(ROWS)
    with Bank() as server:
        before = sheet(server)
        whole = jobs.run(server, "fast", content)
        print(f"undisturbed: {whole.shown()}, {whole.report['credits']} credits")
        while hits < most:
            job, _ = jobs.make(server, "fast", content)
            jobs.call(server, "POST", f"/v1/batch/{job}/start")
            begun, here = time.perf_counter(), 0
            while hits < most:
                time.sleep(chance.uniform(0.05, 0.7 * whole.work))
                report = jobs.call(server, "GET", f"/v1/batch/{job}")
                if report["status"] == "completed":
                    break
                server.kill()
                server.start()
                hits, here = hits + 1, here + 1
            report, _ = jobs.wait(server, job, ROWS, 0.1)
            disturbed += 1
            print(f"  {here} kills: completed after {time.perf_counter() - begun:.1f} s")
            compare(whole, report, jobs.download(server, job))
        after = sheet(server)
    verdict(f"results after {hits} kills in {disturbed} jobs of {ROWS} lines", "byte for byte the same", True, "the same")
    spent = after["spent"] - before["spent"]
    expected = (1 + disturbed) * whole.report["credits"]
    print(f"balance {after['balance']} + held {after['held']} + spent {after['spent']}; before {before}")
    total = sum(after.values()) - sum(before.values())
    is_right = abs(spent - expected) < 1e-4 and after["held"] == 0 and abs(total) < 1e-4
    verdict("charged", f"{spent:.6f} credits for {1 + disturbed} jobs, {expected:.6f} due", is_right, "once, nothing held, nothing lost")
    if not is_right:
        sys.exit("the money is wrong")


def sheet(server):
    found = jobs.call(server, "GET", "/v1/balance")
    return {name: found[name] for name in ("balance", "held", "spent")}


def compare(whole, report, results):
    if results != (whole.bytes, whole.rows, whole.digest):
        sys.exit(f"the results differ from those of an undisturbed run: {report}")
    for name in ("requests_total", "requests_completed", "requests_failed", "actual_tokens", "credits"):
        if report[name] != whole.report[name]:
            sys.exit(f"{name}: {report[name]} and not {whole.report[name]}")
