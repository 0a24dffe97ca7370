"""Runs a command to its end and writes what it took to a descriptor: CPU s, wall s, peak memory in KB, exit code. Usage: child.py FD COMMAND..

Why a process between: Linux counts the memory of the process that starts another as the other's peak, too, and a bench has more of it
than what it measures."""

import os
import sys
import time

begun = time.perf_counter()
pid = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(pid, 0)
wall = time.perf_counter() - begun
figures = (usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss, os.waitstatus_to_exitcode(status))
os.write(int(sys.argv[1]), " ".join(map(str, figures)).encode())
