"""Run `sam validate --lint` for several templates in one process.

  sam-validate.py --region REGION TEMPLATE...

SAM and cfn-lint need seven seconds to load, and less than one for a template.
"""

import sys

from samcli.cli.main import cli


def main(arguments):
    region, templates = arguments[:2], arguments[2:]
    faulty = []
    for template in templates:
        try:
            # Exit codes instead of exceptions, as on the command line.
            cli(["validate", "--lint", *region, "--template-file", template])
        except SystemExit as end:
            if end.code:
                faulty.append(template)
    if faulty:
        sys.exit(f"not valid: {', '.join(faulty)}")


if __name__ == "__main__":
    main(sys.argv[1:])
