"""``python -m molshot``: the command line."""

import sys

from molshot._command_line import main

sys.exit(main())
