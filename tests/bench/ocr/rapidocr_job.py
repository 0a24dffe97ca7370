"""Reads pictures with PyPI's rapidocr, one thread, and prints a line of JSON for each, as shared/vision/examples/ocr.rs does."""

import json
import logging
import sys
import time

import cv2
from rapidocr import RapidOCR

logging.disable(logging.CRITICAL)
THREADS = {f"EngineConfig.onnxruntime.{kind}_op_num_threads": 1 for kind in ("intra", "inter")}
engine = RapidOCR(params=THREADS)
for file in sys.argv[1:]:
    picture = cv2.imread(file)
    cpu = time.process_time()
    result = engine(picture)
    cpu = time.process_time() - cpu
    print(json.dumps({"file": file, "cpu": cpu, "lines": [[text] for text in result.txts or ()]}), flush=True)
