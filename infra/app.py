"""The CDK app. `python -m infra.app [--output DIRECTORY] [--context NAME=VALUE …]` writes the cloud assembly without
the CDK's command line; that one calls it by cdk.json."""

import argparse
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from aws_cdk import App, DefaultStackSynthesizer, Environment, Validations
from aws_cdk.cx_api import CloudAssembly
from cdk_nag import AwsSolutionsChecks

from infra.configuration import Configuration, ConfigurationError, read_configuration
from infra.packaging import PROJECT, Bundles, Platform, build_authorizer_layer, build_bundles
from infra.stack import NAME, DataValutStack

# What the emulator takes itself for.
LOCAL_ACCOUNT = "000000000000"
LOCAL_REGION = "us-east-1"


def synthesize(context: dict[str, str], *, output: Path | None = None, bundles: Bundles | None = None) -> CloudAssembly:
    """Writes the assembly into `output`, else where the CDK's command line says, else into cdk.out.

    Without `bundles` the layers are built for the context's target. Raises ConfigurationError, PackagingError, and
    RuntimeError (from the CDK) when a rule of AwsSolutions is violated.
    """
    folder = output or os.environ.get("CDK_OUTDIR", "cdk.out")
    app = App(outdir=str(folder), context=_feature_flags() | context, analytics_reporting=False)
    configuration = read_configuration(app.node)
    DataValutStack(
        app,
        NAME,
        configuration=configuration,
        bundles=bundles or _bundles(configuration),
        env=Environment(account=LOCAL_ACCOUNT, region=LOCAL_REGION) if configuration.is_local else None,
        # The emulator is not bootstrapped: it has no version to check.
        synthesizer=DefaultStackSynthesizer(generate_bootstrap_version_rule=not configuration.is_local),
    )
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return app.synth()


def _feature_flags() -> dict[str, Any]:
    """Those of cdk.json, which only the CDK's command line reads by itself: the template must not depend on it."""
    flags: dict[str, Any] = json.loads((PROJECT / "cdk.json").read_text(encoding="utf-8"))["context"]
    return flags


def _bundles(configuration: Configuration) -> Bundles:
    platform = _platform(configuration)
    authorizer = build_authorizer_layer(platform) if configuration.takes_tokens else None
    return replace(build_bundles(platform), authorizer=authorizer)


def _platform(configuration: Configuration) -> Platform:
    return Platform.of_this_machine() if configuration.is_local else Platform.of_lambda(configuration.architecture)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.app", description="Synthesizes the CDK app.")
    parser.add_argument("--output", type=Path, help="the folder to write, cdk.out by default")
    parser.add_argument("--context", action="append", default=[], metavar="NAME=VALUE", help="see configuration.py")
    arguments = parser.parse_args()
    context = dict(pair.split("=", 1) for pair in arguments.context)
    try:
        assembly = synthesize(context, output=arguments.output)
    except ConfigurationError as error:
        sys.exit(str(error))
    print(f"synthesized into {assembly.directory}")  # noqa: T201


if __name__ == "__main__":
    main()
