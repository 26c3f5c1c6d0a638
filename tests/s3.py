"""A real S3 server on loopback: versitygw over a folder of its own."""

import socket
import subprocess
import time
from contextlib import suppress

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

ACCESS_KEY, SECRET_KEY, REGION = "partage", "partage-secret", "us-east-1"


class S3Server:
    """Started, stopped and started again at the same address, with what was kept there."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("objects", "sidecar"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    def start(self):
        own = ["--access", ACCESS_KEY, "--secret", SECRET_KEY, "--region", REGION]
        self.process = subprocess.Popen(
            [
                "versitygw", "--port", f"127.0.0.1:{self.port}", "--quiet", *own,
                "posix", "--sidecar", str(self.folder / "sidecar"), str(self.folder / "objects"),
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with suppress(BotoCoreError, ClientError):
                self.client().list_buckets()
                return self
            time.sleep(0.1)
        raise TimeoutError("versitygw does not answer")

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def client(self):
        own = {"aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": SECRET_KEY, "region_name": REGION}
        return boto3.client("s3", endpoint_url=self.url, config=Config(retries={"total_max_attempts": 1}), **own)

    def empty_bucket(self, name="blobs"):
        """An empty bucket of this name."""
        client = self.client()
        with suppress(client.exceptions.BucketAlreadyOwnedByYou):
            client.create_bucket(Bucket=name)
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=name):
            for item in page.get("Contents", []):
                client.delete_object(Bucket=name, Key=item["Key"])
        return name

    def storage(self, bucket="blobs"):
        """What settings.STORAGES["blobs"] is for this server."""
        return {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "bucket_name": bucket, "endpoint_url": self.url, "access_key": ACCESS_KEY, "secret_key": SECRET_KEY,
                "region_name": REGION, "default_acl": None,
                "signature_version": "s3v4",
            },
        }  # fmt: skip
