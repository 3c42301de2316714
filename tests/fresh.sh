#!/bin/sh
# What a newcomer meets: clone into an empty folder, with an empty HOME and the system's python3, run the two commands,
# and say what they took.
#
#   sh tests/fresh.sh [FOLDER]      FOLDER must not exist; it is kept. Without it, a temporary one is used and removed.
#
# Of this shell's environment nothing goes along but PATH, how to reach the package index, CNNLIB_DATA and TORCH.
set -eu

source=$(cd "$(dirname "$0")/.." && pwd)
if [ $# -gt 0 ]; then
    [ ! -e "$1" ] || { echo "fresh.sh: FOLDER must not exist yet, received $1" >&2; exit 2; }
    mkdir -p "$1"
    folder=$(cd "$1" && pwd)
else
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
fi
mkdir "$folder/home"
git clone -q "$source" "$folder/book"

fresh() { # run a command in the clone, as somebody who has nothing
    network=$(env | sed -n -E 's/^((PIP|SSL|GIT_SSL|NODE|npm_config)_[A-Za-z_]*|(https?|no)_proxy|(HTTPS?|NO)_PROXY|(CURL|REQUESTS)_CA_BUNDLE)=.*/\1/p')
    set -- HOME="$folder/home" PATH=/usr/local/bin:/usr/bin:/bin "$@"
    for name in $network CNNLIB_DATA TORCH; do
        eval "value=\${$name:-}"
        [ -z "$value" ] || set -- "$name=$value" "$@"
    done
    (cd "$folder/book" && env -i "$@")
}

megabytes() { du -sm "$@" 2>/dev/null | awk '{ sum += $1 } END { print sum + 0 }'; }

status=0
report=
for target in environment book test; do
    began=$(date +%s)
    fresh make "$target" && outcome=done || { outcome=FAILED status=1; }
    took=$(($(date +%s) - began))
    report="$report$(printf '%-18s%-8s%5d min %02d s' "make $target" "$outcome" $((took / 60)) $((took % 60)))
"
    [ "$outcome" = done ] || break
done

printf '\nOn a fresh machine, with %s:\n%s' "$(fresh python3 --version)" "$report"
printf '%-26s%5d MB\n' "in the package cache" "$(megabytes "$folder/home")" "on the disk" "$(megabytes "$folder/book")"
exit $status
