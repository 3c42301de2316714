#!/bin/sh
# Run the arguments with the first Python that starts and is new enough: $PYTHON, then the
# project's own .venv, then those on the PATH. A name on the PATH proves nothing: version
# managers leave stand-ins there that fail when run.
if [ -n "$PYTHON" ]; then
    candidates=$PYTHON
else
    candidates=".venv/bin/python .venv/Scripts/python.exe python3.11 python3.12 python3.13 python3 python"
fi
older=
for candidate in $candidates; do
    version=$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        exec "$candidate" "$@"
    fi
    older="$older $candidate is $version;"
done
echo "Python 3.11 or newer is needed:${older:- none of $candidates starts;} install it from python.org or your system's packages, or say make PYTHON=/path/to/python3.11" >&2
exit 1
