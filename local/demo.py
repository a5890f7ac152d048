"""`make demo`: one job on the sample shop, from an HTTP request to a database, with what came out of it."""

import sys
import time
from typing import Any

import requests
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from local import up
from local.errors import LocalStackError
from local.settings import LocalSettings

PROMPT = "Extract customers from last 6 months with 3+ purchases"
LONGEST_WAIT_SECONDS = 300
POLL_SECONDS = 0.3

console = Console(highlight=False)


class DemoError(Exception):
    """The demo did not end as it should."""


def create_job(api: str, source: str) -> str:
    body = {"source_db_connection": source, "filter_prompt": PROMPT}
    response = requests.post(f"{api}/create-filtered-db", json=body, timeout=30)
    if response.status_code != requests.codes.accepted:
        raise DemoError(f"the API answered {response.status_code}: {response.text}")
    return str(response.json()["job_id"])


def wait_for_end(api: str, job_id: str) -> dict[str, Any]:
    """Shows the job's progress until it ends. Returns the job as GET shows it."""
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("waiting", total=1.0)
        while time.monotonic() < deadline:
            response = requests.get(f"{api}/job/{job_id}", timeout=30)
            response.raise_for_status()
            job: dict[str, Any] = response.json()
            progress.update(task, completed=job["progress"], description=escape(f"{job['status']}: {job['message']}"))
            if job["status"] in ("completed", "failed", "cancelled"):
                return job
            time.sleep(POLL_SECONDS)
    raise DemoError(f"the job has not ended after {LONGEST_WAIT_SECONDS} seconds")


def print_report(result: dict[str, Any]) -> None:
    report = result["report"]
    console.print(f"\n[bold]Understood as[/bold]: {escape(report['explanation'])}\n")
    table = Table(title=f"{result['database_name']}: what each table holds")
    for heading in ("table", "rule", "rows kept", "rows in source", "required"):
        table.add_column(heading, justify="left" if heading in ("table", "rule") else "right")
    for row in report["tables"]:
        in_source = f"{'about ' if row['rows_in_source_estimated'] else ''}{row['rows_in_source']:,}"
        required = f"{row['required_rows']:,}" if row["required_rows"] else ""
        table.add_row(escape(row["table"]), row["rule"], f"{row['rows']:,}", in_source, required)
    console.print(table)
    foreign_keys = report["foreign_keys"]
    console.print(f"\n[bold]Verified foreign keys[/bold]: {len(foreign_keys)}")
    for key in foreign_keys:
        console.print(f"  {escape(key)}")
    for warning in report["warnings"]:
        console.print(f"[yellow]warning[/yellow]: {escape(warning)}")


def print_what_next(api: str, source: str, job_id: str, result: dict[str, Any]) -> None:
    console.print("\n[bold]Your filtered database[/bold]:")
    console.print(f"  {result['connection_string']}", markup=False, soft_wrap=True)
    console.print("\n[bold]Go on[/bold] (the stack is still running):")
    for line in (
        f"  curl {api}/job/{job_id}",
        f"  curl {api}/jobs",
        f"  curl -X POST {api}/create-filtered-db -H 'Content-Type: application/json' \\",
        f"""    -d '{{"source_db_connection": "{source}", "filter_prompt": "customers from country Canada"}}'""",
        "  make down                     # stops everything that was started here",
    ):
        console.print(line, markup=False, soft_wrap=True)


def main() -> int:
    try:
        stack = up.start(LocalSettings.from_environment())
    except LocalStackError as error:
        up.print_failure("make demo", error)
        return 1
    console.print(f'\n[bold]Asking for[/bold]: "{PROMPT}"')
    try:
        job_id = create_job(stack.api_url, stack.sample_url)
        console.print(f"[bold]Job[/bold]: {job_id}\n")
        job = wait_for_end(stack.api_url, job_id)
        if job["status"] != "completed":
            raise DemoError(f"the job ended as {job['status']}: {job['error'] or job['message']}")
    except (DemoError, requests.RequestException) as error:
        console.print(f"[red]The demo failed[/red]: {escape(str(error))}")
        return 1
    print_report(job["result"])
    print_what_next(stack.api_url, stack.sample_url, job_id, job["result"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
