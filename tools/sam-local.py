"""Run functions with `sam local` against the LocalStack of compose.yaml.

  sam-local.py start-api              the API at http://localhost:3000
  sam-local.py invoke NAME EVENT      one function with one event

`sam local` resolves neither Parameter Store names nor other resources, and gives
a function only the variables its template declares. So this looks the real names
up on LocalStack and hands them over in a copy of the built template.
"""

import json
import os
import pathlib
import subprocess
import sys

import boto3
from samcli.yamlhelper import yaml_dump, yaml_parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILT = ROOT / ".aws-sam" / "local" / "template.yaml"
COPY = ROOT / ".aws-sam" / "local" / "sam-local.yaml"
STACKS = ("nanococoa-local-storage", "nanococoa-local")
NETWORK = "nanococoa"  # of compose.yaml
ENDPOINT = "http://localstack:4566"  # LocalStack's name in that network


def outputs():
    """What both stacks made, by output name."""
    found = {}
    for stack in STACKS:
        answer = boto3.client("cloudformation").describe_stacks(StackName=stack)
        for output in answer["Stacks"][0]["Outputs"]:
            found[output["OutputKey"]] = output["OutputValue"]
    return found


def template_copy(made):
    """Write the built template with the names filled in, and give its path."""
    template = yaml_parse(BUILT.read_text())
    for parameter, value in {
        "Environment": "local",
        "BucketName": made["BucketName"],
        "TableName": made["TableName"],
        "SiteOrigin": "http://localhost:3000",
        "AIServerUrl": "http://aiserver:8892",
    }.items():
        # A plain string: sam local would take the parameter's name for its value.
        template["Parameters"][parameter] = {"Type": "String", "Default": value}
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    variables["AWS_ENDPOINT_URL"] = ENDPOINT
    for resource in template["Resources"].values():
        own = resource.get("Properties", {}).get("Environment", {}).get("Variables", {})
        if "STATE_MACHINE_ARN" in own:
            own["STATE_MACHINE_ARN"] = made["StateMachineArn"]
    COPY.write_text(yaml_dump(template))
    return COPY


def resource_of(function):
    """The template's name of functions/<function>."""
    return function.capitalize() + "Function"


def main(arguments):
    made = outputs()
    command = [str(ROOT / ".venv" / "bin" / "sam"), "local"]
    shared = ["--template", str(template_copy(made)), "--docker-network", NETWORK]
    match arguments:
        case ["start-api"]:
            command += ["start-api", "--port", "3000", *shared]
        case ["invoke", function, event]:
            json.loads((ROOT / event).read_text())  # a clear error before Docker starts
            command += ["invoke", resource_of(function), "--event", event, *shared]
        case _:
            sys.exit(__doc__)
    try:
        return subprocess.call(command, cwd=ROOT, env=os.environ)
    except KeyboardInterrupt:
        return 130
    finally:
        COPY.unlink()  # it is no part of what is deployed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
