"""What the classification bench is measured against, outside the clone: a Python environment, made at the first call."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tools.measure import CACHE, binary

PACKAGES = ["numpy==2.4.6", "onnxruntime==1.31.1", "scikit-learn==1.9.1", "tokenizers==0.23.3"]
HERE = Path(__file__).resolve().parent
FILES = ["minilm/model.onnx", "minilm/tokenizer.json", "wordllama/embeddings.safetensors", "wordllama/tokenizer.json"]


def python():
    folder = CACHE / f"classification-{'-'.join(package.rpartition('==')[2] for package in PACKAGES)}"
    executable = folder / "bin" / "python"
    if not (folder / "complete").is_file():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([executable, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
        (folder / "complete").touch()
    return str(executable)


def run_python(job, question):
    """The answer of one of the Python jobs, one thread."""
    one = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")}
    command = [python(), HERE / job]
    ended = subprocess.run(
        command, input=json.dumps(question), stdout=subprocess.PIPE, text=True, check=True, env={**os.environ, **one}
    )
    return json.loads(ended.stdout)


def models():
    """The folder that `atelier models fetch` fills."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(os.environ.get("ATELIER_MODELS") or cache / "atelier" / "models")
    for name in FILES:
        if not (folder / name).is_file():
            sys.exit(f"{folder / name} is missing: run `atelier models fetch` first")
    return folder


def ask(job, question):
    """The answer of the crate `language`, one thread."""
    files = [models() / name for name in FILES]
    ended = subprocess.run(
        [binary("bench-classification"), *files, "1", job],
        input=json.dumps(question),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(ended.stdout)
