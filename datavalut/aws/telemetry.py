"""Logs, traces and metrics of every function. None of them ever holds a body, a result or an error's text of unknown
origin: events are not logged, responses and errors not captured."""

from aws_lambda_powertools import Logger, Metrics, Tracer

SERVICE = "datavalut"

logger = Logger(service=SERVICE)
# Calls of AWS only: a traced psycopg2 would hand out proxies for connections, which COPY and psycopg2.sql do not take.
tracer = Tracer(service=SERVICE, patch_modules=("botocore",))
metrics = Metrics(namespace="DataValut", service=SERVICE)
