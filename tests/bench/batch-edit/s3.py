"""A customer's bucket: the embedded S3 in a process of its own (`atelier watch`), and what of its protocol a bench needs, signed by hand."""

import hashlib
import hmac
import http.client
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote, urlsplit

from tools.measure import binary
from tools.server import TICKS

# Said by the command that `atelier watch` starts; it then does nothing.
COMMAND = "env; echo complete; exec sleep 1000000"


class Bucket:
    """Started on entry; on exit stopped and removed."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="atelier-bench-bucket-"))

    def __enter__(self):
        words = ["watch", "--data", str(self.folder / "data"), "--key-file", str(self.folder / "key"), "--invoke", "127.0.0.1:1"]
        command = [binary("atelier"), *words, "--", "sh", "-c", COMMAND]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        said = {}
        for line in self.process.stdout:
            name, _, value = line.strip().partition("=")
            said[name] = value
            if name == "complete":
                break
        else:
            sys.exit("the embedded stores did not start")
        self.url, self.region = said["AWS_ENDPOINT_URL_S3"], said["AWS_REGION"]
        self.access_key, self.secret = said["AWS_ACCESS_KEY_ID"], said["AWS_SECRET_ACCESS_KEY"]
        self.name = said["ATELIER_BUCKET_RESULTS"]
        self.address = urlsplit(self.url).netloc
        self.connection = http.client.HTTPConnection(self.address, timeout=120)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder)

    @property
    def parameters(self):
        """Of a storage that is this bucket."""
        credentials = {"access_key": self.access_key, "secret_access_key": self.secret}
        return {"bucket": self.name, "endpoint": self.url, "region": self.region, "credentials": credentials}

    def put(self, key, body):
        self.request("PUT", key, body)

    def count(self, prefix):
        """Objects whose keys begin so."""
        # It may have been idle for too long.
        self.connection.close()
        found, token = 0, ""
        while True:
            query = f"list-type=2&prefix={quote(prefix, safe='')}"
            query = f"continuation-token={quote(token, safe='')}&{query}" if token else query
            page = self.request("GET", "", b"", query).decode()
            found += page.count("<Contents>")
            more = re.search("<NextContinuationToken>(.*?)</NextContinuationToken>", page)
            if not more:
                return found
            token = more[1]

    def request(self, method, key, body=b"", query=""):
        """Signature version 4, as AWS documents it."""
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        path, digest = quote(f"/{self.name}/{key}"), hashlib.sha256(body).hexdigest()
        headers = {"host": self.address, "x-amz-content-sha256": digest, "x-amz-date": stamp}
        listed = ";".join(headers)
        canonical = "\n".join([method, path, query, *(f"{name}:{value}" for name, value in headers.items()), "", listed, digest])
        scope = f"{stamp[:8]}/{self.region}/s3/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        signing = f"AWS4{self.secret}".encode()
        for part in scope.split("/"):
            signing = hmac.digest(signing, part.encode(), "sha256")
        signature = hmac.digest(signing, text.encode(), "sha256").hex()
        credential = f"Credential={self.access_key}/{scope}"
        headers["authorization"] = f"AWS4-HMAC-SHA256 {credential}, SignedHeaders={listed}, Signature={signature}"
        self.connection.request(method, f"{path}?{query}" if query else path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            sys.exit(f"the bucket answered {answer.status}: {content[:500]}")
        return content

    def cpu_seconds(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS
