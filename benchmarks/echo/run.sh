#!/bin/sh
# Called by benchmarks/run.sh with the folder of the built programs; options go on to echo.py.
exec python3 "$(dirname -- "$0")/echo.py" "$@"
