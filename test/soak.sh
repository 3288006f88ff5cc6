#!/bin/bash
#
# Lets 64 processes work under a permission group and a notification group for so many minutes, with
# cancellation, closing and killing at random, and checks that nobody is left blocked and nothing
# lost or leaked. As root.
#
#   test/soak.sh MINUTES [SEED]
#
# What is built is the preset $FANIO_PRESET, "dev" unless told otherwise.

set -euo pipefail
exec </dev/null

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
preset=${FANIO_PRESET:-dev}
build_dir=${FANIO_BUILD_DIR:-$source_dir/build/$preset}

minutes=${1:-}
if ! [[ $minutes =~ ^[1-9][0-9]{0,4}$ && ${2:-1} =~ ^[1-9][0-9]{0,8}$ ]]; then
  echo "usage: test/soak.sh MINUTES [SEED]   whole numbers above 0" >&2
  exit 2
fi
if [[ $(id -u) != 0 ]]; then
  echo 'A permission group needs CAP_SYS_ADMIN in the initial user namespace: run it as root.' >&2
  echo '0 passed, 0 failed, 1 skipped'
  exit 0
fi

# Builds, installs what is missing, and shows that the simplest things work.
FANIO_BUILD_DIR=$build_dir bash "$source_dir/test/run.sh" --preset "$preset" -L '^unit$'

printf '\n== Soaking for %d min\n' "$minutes"
# Whoever is still blocked when it hangs is freed by its end.
timeout --foreground --signal=KILL $((minutes * 60 + 120)) \
  "$build_dir/test/soak/fanio_soak" $((minutes * 60)) "${@:2:1}" &
soak=$!
trap 'kill -TERM "$soak" 2>/dev/null' HUP INT TERM # it frees and removes what it has made
status=0
wait "$soak" || status=$?
while kill -0 "$soak" 2>/dev/null; do
  wait "$soak" || status=$?
done
((status != 137)) || echo 'FAILED: it did not end, and was killed'
if ((status == 0)); then
  echo '1 passed, 0 failed, 0 skipped'
else
  echo '0 passed, 1 failed, 0 skipped'
fi
exit "$status"
