"""Reads pictures with Debian's tesseract, one thread, and prints a line of JSON for each, as ocr/rapidocr_job.py does. The time is
that of the whole process, which tesseract needs for each picture; `start` is the part of it that an empty picture takes, too."""

import json
import os
import resource
import subprocess
import sys

import installed


def seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def read(command, variables, picture):
    """Lines of a picture, and the processor time."""
    begun = seconds()
    options = ["-", "-", "-l", "+".join(installed.LANGUAGES)]
    done = subprocess.run([*command, *options], env=variables, input=picture, capture_output=True, check=True)
    lines = [line.strip() for line in done.stdout.decode().replace("\f", "").splitlines()]
    return [[line] for line in lines if line], seconds() - begun


def main(files):
    found = installed.tesseract()
    if not found:
        sys.exit("tesseract cannot be had: apt-get install tesseract-ocr tesseract-ocr-deu tesseract-ocr-fra")
    command, environment = found
    variables = {**os.environ, **environment, "OMP_THREAD_LIMIT": "1"}
    _, start = read(command, variables, b"P5 40 40 255\n" + b"\xff" * 1600)
    for file in files:
        with open(file, "rb") as picture:
            lines, cpu = read(command, variables, picture.read())
        print(json.dumps({"file": file, "cpu": cpu, "start": start, "lines": lines}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
