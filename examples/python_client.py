"""Creates a filtered database and prints its connection string: `python python_client.py "customers from Canada"`.

DATAVALUT_SOURCE is the source's connection string, DATAVALUT_API the API's address. See README.md.
"""

import os
import sys
import time
import uuid
from typing import Any
from urllib.parse import urlsplit

import requests

API = os.environ.get("DATAVALUT_API", "http://localhost:8002/datavalut").rstrip("/")
ENDED = ("completed", "failed", "cancelled")


class AwsSignature(requests.auth.AuthBase):
    """Signs each request with the credentials that the AWS tools on this machine use."""

    def __init__(self, region: str) -> None:
        from botocore.auth import SigV4Auth  # noqa: PLC0415  # only needed for a deployment in AWS
        from botocore.session import Session  # noqa: PLC0415

        credentials = Session().get_credentials()
        if credentials is None:
            sys.exit("This deployment wants signed requests, and there are no AWS credentials to sign with.")
        self._signer = SigV4Auth(credentials, "execute-api", region)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        from botocore.awsrequest import AWSRequest  # noqa: PLC0415

        to_sign = AWSRequest(method=request.method, url=request.url, data=request.body)
        self._signer.add_auth(to_sign)
        request.headers.update(dict(to_sign.headers))
        return request


def session() -> requests.Session:
    made = requests.Session()
    host = (urlsplit(API).hostname or "").split(".")  # <api>.execute-api.<region>.amazonaws.com
    if len(host) > 3 and host[1] == "execute-api":
        made.auth = AwsSignature(region=host[2])
    return made


def create_job(http: requests.Session, source: str, prompt: str) -> str:
    """The key makes it safe to send the request again when no answer came."""
    response = http.post(
        f"{API}/create-filtered-db",
        json={"source_db_connection": source, "filter_prompt": prompt},
        headers={"Idempotency-Key": str(uuid.uuid4())},
        timeout=30,
    )
    body = response.json()
    if response.status_code != requests.codes.accepted:
        sys.exit(f"Refused: {body['message']}")
    return str(body["job_id"])


def wait_for_end(http: requests.Session, job_id: str) -> dict[str, Any]:
    shown = ""
    while True:
        response = http.get(f"{API}/job/{job_id}", timeout=30)
        response.raise_for_status()
        job: dict[str, Any] = response.json()
        line = f"{job['status']}: {job['message']} ({job['progress']:.0%})"
        if line != shown:
            print(line, file=sys.stderr)
            shown = line
        if job["status"] in ENDED:
            return job
        time.sleep(int(response.headers.get("Retry-After", "5")))


def main() -> None:
    source = os.environ.get("DATAVALUT_SOURCE")
    if len(sys.argv) != 2 or not source:
        sys.exit(__doc__)
    http = session()
    job_id = create_job(http, source, sys.argv[1])
    print(f"Job created: {job_id}", file=sys.stderr)
    job = wait_for_end(http, job_id)
    if job["status"] != "completed":
        sys.exit(job["error"] or job["message"])
    print(job["result"]["connection_string"])


if __name__ == "__main__":
    main()
