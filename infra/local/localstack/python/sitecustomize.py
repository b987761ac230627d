"""What LocalStack's Python does first.

LocalStack follows the references of a change set by recursion, four frames a step and more, and a stack as large as
template.yaml's goes beyond the thousand that Python allows by itself: an update of it ends in a RecursionError.
"""

import sys

sys.setrecursionlimit(20_000)
