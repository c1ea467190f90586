"""``python -m dross``: the same command as ``dross``."""

import sys

from dross.cli import main

sys.exit(main())
