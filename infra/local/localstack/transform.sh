#!/bin/sh
# Of compose.yaml: LocalStack 4.14.0's image has SAM's transform of its own day, which does not know all that
# template.yaml says. The version is that of tools/requirements.in.
exec /opt/code/localstack/.venv/bin/pip install --quiet --disable-pip-version-check aws-sam-translator==1.113.0
