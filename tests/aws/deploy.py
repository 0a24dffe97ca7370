"""The template on a local stand-in for AWS, with the real function binaries. Started by tests/aws/deploy."""

import base64
import contextlib
import http.server
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import zlib

import boto3
from botocore.config import Config

STACK = "atelier-test"
REGION = "us-east-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION}
START_SECONDS = 60
DEPLOY_SECONDS = 420
TASK_SECONDS = 90


def main():
    binaries, sam, ministack = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="atelier-aws-")))
        stack.callback(end_processes_of, folder)
        routes = json.loads(run([binaries / "infra-gen", "routes"], {}))
        lay_out(folder, binaries, sorted({route["function"] for route in routes}))
        endpoint = stack.enter_context(started(ministack, folder))
        picture = stack.enter_context(served(png(128, 128)))
        environment = {**CREDENTIALS, "AWS_ENDPOINT_URL": endpoint}
        deploy(sam, folder, environment, fetch_allow=f"{picture},{urllib.parse.urlsplit(endpoint).netloc}")
        outputs, api = outputs_of(endpoint), connect_routes(endpoint, routes)
        number_concurrency(endpoint)
        base = f"{endpoint}/_aws/execute-api/{api}"
        atelier = Operator(binaries / "atelier", {**environment, **outputs})
        checks = Checks(base, atelier.key(), f"http://{picture}/photo.png", endpoint)
        if not checks.run():
            raise SystemExit(1)


def lay_out(folder, binaries, functions):
    """The template beside its binaries, as `sam deploy` expects them; the clone's own target/lambda stays as it is."""
    shutil.copy("template.yaml", folder)
    workers = [path.name for path in pathlib.Path("functions").iterdir() if (path / "Cargo.toml").exists()]
    for name in sorted({*functions, *workers}):
        code = folder / "target/lambda" / name
        code.mkdir(parents=True)
        source = binaries / name
        if not source.exists():
            sys.exit(f"{source} is missing: build it first (cargo build --workspace)")
        shutil.copy(source, code / "bootstrap")
        # Of those that the checks call; the others' packages would only take time.
        if name in ("batch-start", "batch-worker", "extract-worker"):
            models = pathlib.Path("functions", name, "models").read_text().split()
            run([binaries / "atelier", "models", "copy", "--to", code / "models", *models], {})
        # Symbols are most of a development binary, and each is zipped and unpacked.
        if shutil.which("strip"):
            run(["strip", "--strip-all", code / "bootstrap"], {})


@contextlib.contextmanager
def started(ministack, folder):
    """ministack on a free port of 127.0.0.1, in a process group of its own; its temporary files, and so the unpacked functions, lie in `folder`."""
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    temporary = folder / "tmp"
    temporary.mkdir()
    environment = {
        **os.environ, **CREDENTIALS, "AWS_ENDPOINT_URL": endpoint, "GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1",
        "TMPDIR": str(temporary), "HOME": str(folder), "LAMBDA_EXECUTOR": "local", "IOT_MTLS_ENABLED": "0",
    }
    log = open(folder / "ministack.log", "wb")
    process = subprocess.Popen([ministack], env=environment, cwd=folder, stdout=log, stderr=log, start_new_session=True)
    try:
        wait_until(lambda: answers(port) or process.poll() is not None, START_SECONDS, "ministack to start")
        yield endpoint
    except BaseException:
        sys.stderr.write((folder / "ministack.log").read_text(errors="replace")[-6000:])
        raise
    finally:
        for way in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(process.pid, way)
                process.wait(10)
        log.close()


def end_processes_of(folder):
    """Function processes may leave their parent's group; theirs are the programs that lie in our folder."""
    for entry in pathlib.Path("/proc").glob("[0-9]*/exe"):
        with contextlib.suppress(OSError):
            if str(entry.readlink()).startswith(str(folder)):
                os.kill(int(entry.parent.name), signal.SIGKILL)


@contextlib.contextmanager
def served(picture):
    """A server of one picture; gives its host and port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(picture)))
            self.end_headers()
            self.wfile.write(picture)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def deploy(sam, folder, environment, fetch_allow):
    parameters = ["Architecture=x86_64", f"FetchAllow={fetch_allow}", "S3PathStyle=on"]
    command = [
        sam, "deploy", "--template-file", folder / "template.yaml", "--stack-name", STACK, "--resolve-s3", "--region", REGION,
        "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--disable-rollback", "--no-progressbar",
        "--parameter-overrides", *parameters,
    ]
    began = time.monotonic()
    run(command, {**environment, "SAM_CLI_TELEMETRY": "0", "HOME": str(folder)}, DEPLOY_SECONDS)
    print(f"deployed in {time.monotonic() - began:.0f} s", flush=True)


def client(endpoint, service):
    return boto3.client(
        service, endpoint_url=endpoint, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test",
        config=Config(retries={"max_attempts": 1}, connect_timeout=5, read_timeout=60),
    )


def outputs_of(endpoint):
    """Outputs of the stack that are settings: their description begins with the variable's name."""
    stack = client(endpoint, "cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
    pairs = ((output.get("Description", "").split(":")[0], output["OutputValue"]) for output in stack["Outputs"])
    return {name: value for name, value in pairs if name.startswith("ATELIER_")}


def connect_routes(endpoint, routes):
    """ministack makes the API and not the routes of its OpenAPI body, so the contract's are added; gives the API's id."""
    gateway, functions = client(endpoint, "apigatewayv2"), client(endpoint, "lambda")
    resource = client(endpoint, "cloudformation").describe_stack_resource(StackName=STACK, LogicalResourceId="Api")
    api = resource["StackResourceDetail"]["PhysicalResourceId"]
    known = {route["RouteKey"] for route in gateway.get_routes(ApiId=api)["Items"]}
    integrations = {}
    for route in routes:
        if route["route"] in known:
            continue
        name = route["function"]
        if name not in integrations:
            arn = functions.get_function(FunctionName=f"{STACK}-{name}")["Configuration"]["FunctionArn"]
            integrations[name] = gateway.create_integration(
                ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=arn, PayloadFormatVersion="2.0"
            )["IntegrationId"]
        gateway.create_route(ApiId=api, RouteKey=route["route"], Target=f"integrations/{integrations[name]}")
    return api


def number_concurrency(endpoint):
    """ministack hands a number parameter of the stack on as text, and its poller then compares text with numbers."""
    functions = client(endpoint, "lambda")
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        functions.update_event_source_mapping(UUID=mapping["UUID"], ScalingConfig={"MaximumConcurrency": 2})


class Operator:
    """The operator's command on the stack's tables."""

    def __init__(self, program, environment):
        self.program, self.environment = program, environment

    def key(self):
        self.call("accounts", "create", "tester")
        self.call("grant", "tester", "100")
        return self.call("keys", "create", "--account", "tester").strip().splitlines()[-1]

    def call(self, *arguments):
        return run([self.program, *arguments, "--aws"], self.environment)


class Checks:
    """What a client sees, each with a name; all are tried."""

    def __init__(self, base, key, picture, endpoint):
        self.base, self.key, self.picture, self.endpoint = base, key, picture, endpoint
        self.passed, self.failed = 0, 0

    def run(self):
        checks = (
            self.health, self.no_key, self.unknown_path, self.slash_at_the_end, self.edit_in_the_background, self.edit_at_once,
            self.edit_of_a_refused_address, self.only_successes_are_charged, self.upload_as_input, self.batch_job,
            self.request_of_a_model, self.storage_by_keys, self.storage_by_a_role, self.batch_of_a_folder,
            self.webhook,
        )
        for check in checks:
            name = check.__name__.replace("_", " ")
            try:
                check()
                self.passed += 1
                print(f"ok {name}", flush=True)
            except Exception as error:
                self.failed += 1
                print(f"FAILED {name}: {error!r}", flush=True)
        print(f"{self.passed} passed, {self.failed} failed")
        return not self.failed

    def call(self, method, path, body=None, key=True):
        """Status, headers and body."""
        headers = {"Authorization": f"Bearer {self.key}"} if key else {}
        data = None
        if body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, response.headers, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def json(self, method, path, body=None, key=True, status=200):
        got, headers, answer = self.call(method, path, body, key)
        assert got == status, (got, answer[:500])
        assert headers["X-Request-ID"], dict(headers)
        return json.loads(answer)

    def health(self):
        assert self.json("GET", "/health", key=False)["status"] == "ok"

    def no_key(self):
        error = self.json("GET", "/v1/balance", key=False, status=401)
        assert error["code"] == "INVALID_API_KEY", error

    def unknown_path(self):
        error = self.json("GET", "/v1-beta1/nothing", status=404)
        assert error["error_code"].isdigit(), error

    def slash_at_the_end(self):
        assert self.json("GET", "/v1/balance/")["currency"] == "credits"

    def edit_in_the_background(self):
        body = {"input": self.picture, "operations": {"resizing": {"width": 1000}, "background": {"remove": False}}}
        task = self.json("POST", "/v1-beta1/image/edit/async", body)["data"]
        assert task["status"] == "ACCEPTED" and task["request"] == body, task
        task = self.ended(task["id"])
        assert task["status"] == "DONE", task
        output = task["result"]["output_object"]
        assert (output["width"], output["height"], output["format"]) == (1000, 1000, "JPEG"), output
        self.assert_jpeg(output["tmp_url"])

    def edit_of_a_refused_address(self):
        body = {"input": "http://192.168.0.1/photo.jpg", "operations": {}}
        task = self.ended(self.json("POST", "/v1/image/edit/async", body)["data"]["id"])
        assert task["status"] == "ERROR" and task["errors"], task

    def upload_as_input(self):
        upload = self.json("POST", "/v1/uploads", {"filename": "photo.png"}, status=201)
        self.send_form(upload["url"], upload["fields"], png(32, 32))
        assert self.json("GET", f"/v1/uploads/{upload['id']}")["status"] == "ready"
        data = self.json("POST", "/v1/image/edit", {"input": upload["uri"], "operations": {"resizing": {"width": 16}}})["data"]
        assert data["output"]["width"] == 16, data

    def batch_job(self):
        job = self.json("POST", "/v1/batch", {"labels": ["billing", "technical"], "priority": "fast"}, status=201)
        lines = [{"text": "I was charged twice", "custom_id": n} if n % 10 else {"custom_id": n} for n in range(100)]
        self.send_form(job["upload_url"], job["upload_fields"], "".join(json.dumps(line) + "\n" for line in lines).encode())
        path = f"/v1/batch/{job['job_id']}"
        self.json("POST", f"{path}/start", status=202)
        wait_until(lambda: self.json("GET", path)["status"] != "processing", TASK_SECONDS, "the job to end")
        report = self.json("GET", path)
        assert (report["status"], report["requests_completed"], report["requests_failed"]) == ("completed", 100, 10), report
        with urllib.request.urlopen(self.json("GET", f"{path}/results")["download_url"], timeout=60) as answer:
            results = [json.loads(line) for line in answer.read().splitlines()]
        assert [line["custom_id"] for line in results] == list(range(100)), results[:3]
        assert all("error" in line if n % 10 == 0 else line["label"] == "billing" for n, line in enumerate(results)), results[:3]

    def request_of_a_model(self):
        self.json("POST", "/requests/models", {"id": "receipts", "name": "Receipts", "prompt": "Read the shop and the total"}, status=201)
        receipt = base64.b64encode(pathlib.Path("tests/data/receipt.png").read_bytes()).decode()
        made = self.json("POST", "/requests", {"model_id": "receipts", "image": receipt}, status=201)
        path = f"/requests/{made['id']}"
        wait_until(lambda: self.json("GET", path)["status"] in ("completed", "failed"), TASK_SECONDS, "the request to end")
        item = self.json("GET", path)
        assert item["status"] == "completed" and item["data"]["total"] == 11.77, item
        found = self.json("GET", "/requests/models/receipts?q=norvia")
        assert (found["total"], found["items"][0]["id"]) == (1, made["id"]), found
        self.json("DELETE", "/requests/models/receipts")
        wait_until(lambda: self.call("GET", path)[0] == 404, TASK_SECONDS, "the data of the model to go")

    def storage_by_keys(self):
        credentials = {"access_key": CREDENTIALS["AWS_ACCESS_KEY_ID"], "secret_access_key": "a-secret-of-the-customer"}
        self.edit_into("keys", {"credentials": credentials})

    def storage_by_a_role(self):
        self.edit_into("role", {"role_arn": "arn:aws:iam::000000000000:role/pictures"})

    def edit_into(self, name, access):
        s3 = client(self.endpoint, "s3")
        s3.create_bucket(Bucket=f"customer-{name}")
        s3.put_object(Bucket=f"customer-{name}", Key="shop/in.png", Body=png(32, 32))
        parameters = {"bucket": f"customer-{name}", "path": "shop", "endpoint": self.endpoint, **access}
        storage = self.json("POST", "/v1/storage/storages", {"name": name, "type": "s3", "parameters": parameters})["data"]
        assert "secret" not in json.dumps(storage), storage
        tested = self.json("POST", f"/v1/storage/storages/{storage['id']}/test")["data"]
        assert tested == {"readable": True, "writable": True, "error": None}, tested
        body = {"input": f"storage://{name}/in.png", "operations": {}, "output": f"storage://{name}/out/"}
        data = self.json("POST", "/v1/image/edit", body)["data"]
        assert data["output"]["object_key"] == "shop/out/in.jpeg", data
        assert s3.get_object(Bucket=f"customer-{name}", Key="shop/out/in.jpeg")["Body"].read()[:2] == b"\xff\xd8"

    def batch_of_a_folder(self):
        # The storage of the check before.
        s3 = client(self.endpoint, "s3")
        for number in range(40):
            s3.put_object(Bucket="customer-keys", Key=f"shop/folder/{number:02}.png", Body=png(16, 16))
        s3.put_object(Bucket="customer-keys", Key="shop/folder/readme.txt", Body=b"no picture")
        body = {"input": "storage://keys/folder/", "operations": {}, "output": {"format": "webp", "destination": "storage://keys/web/"}}
        path = f"/v1/image/edit/batch/{self.json('POST', '/v1/image/edit/batch', body)['data']['id']}"
        seen = lambda: self.json("GET", f"{path}?wait=5")["data"]
        wait_until(lambda: seen()["status"] not in ("ACCEPTED", "PROCESSING"), TASK_SECONDS, "the batch to end")
        batch = seen()
        assert batch["status"] == "DONE" and batch["progress"] == {"total": 41, "done": 40, "failed": 1}, batch
        assert [error["source"] for error in batch["errors"]] == ["storage://keys/folder/readme.txt"], batch["errors"]
        listed = s3.list_objects_v2(Bucket="customer-keys", Prefix="shop/web/")["Contents"]
        assert [found["Key"] for found in listed] == [f"shop/web/{number:02}.webp" for number in range(40)], listed

    def webhook(self):
        """A message to the address of the picture, whose server answers a POST with 501: sent, and to be sent again."""
        url = self.picture
        made = self.json("POST", "/v1/webhooks", {"url": url, "events": ["batch.cancelled"]}, status=201)
        assert made["secret"].startswith("whsec_"), made
        job = self.json("POST", "/v1/batch", {"labels": ["a", "b"]}, status=201)
        self.json("POST", f"/v1/batch/{job['job_id']}/cancel", status=202)
        path = f"/v1/webhooks/{made['id']}/deliveries"
        wait_until(lambda: self.json("GET", path)["data"][0]["last_status"] == 501, TASK_SECONDS, "a first attempt")
        self.json("DELETE", f"/v1/webhooks/{made['id']}")

    def send_form(self, url, fields, content):
        boundary = "a-boundary-of-a-test"
        head = f"--{boundary}\r\nContent-Disposition: form-data; name="
        body = "".join(f'{head}"{name}"\r\n\r\n{value}\r\n' for name, value in fields.items())
        body += f'{head}"file"; filename="file"\r\nContent-Type: application/octet-stream\r\n\r\n'
        body = body.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        request = urllib.request.Request(url, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                assert answer.status == 204, answer.status
        except urllib.error.HTTPError as error:
            raise AssertionError((url, error.code, error.read()[:500])) from error

    def ended(self, task):
        until = time.monotonic() + TASK_SECONDS
        while time.monotonic() < until:
            report = self.json("GET", f"/v1-beta1/image/edit/async/{task}?wait=5")["data"]
            if report["status"] not in ("ACCEPTED", "PROCESSING"):
                return report
        raise TimeoutError(f"task {task} is {report['status']} after {TASK_SECONDS} s")

    def edit_at_once(self):
        data = self.json("POST", "/v1/image/edit", {"input": self.picture, "operations": {"resizing": {"width": 64}}})["data"]
        assert data["output"]["width"] == 64, data
        self.assert_jpeg(data["output"]["tmp_url"])

    def assert_jpeg(self, url):
        # The link has the gateway's public name, which only AWS resolves; its path is what counts.
        path = "/files/" + url.split("/files/", 1)[1]
        status, headers, content = self.call("GET", path, key=False)
        assert status == 200 and content[:2] == b"\xff\xd8", (status, dict(headers), content[:200])

    def only_successes_are_charged(self):
        balance = self.json("GET", "/v1/balance")
        assert (balance["balance"], balance["held"], balance["spent"]) == (98, 0, 2), balance


def png(width, height):
    """A gradient, written by hand."""
    rows = b"".join(b"\0" + bytes(v for x in range(width) for v in (2 * x % 256, 2 * y % 256, 128)) for y in range(height))

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def run(command, environment, seconds=120):
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=seconds)
    if done.returncode:
        raise RuntimeError(f"{[str(part) for part in command[:3]]} ended with {done.returncode}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done.stdout


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def wait_until(condition, seconds, what):
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(0.2)


if __name__ == "__main__":
    main()
