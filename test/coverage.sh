#!/bin/bash
#
# Runs all tests but those with other projects, measures which lines and branches of include/ and src/
# they run, and lists those that they don't. Fails below 95 % of the lines or 85 % of the branches. As root, or what is privileged is not
# run.
#
#   test/coverage.sh

set -euo pipefail
exec </dev/null

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build_dir=${FANIO_BUILD_DIR:-$source_dir/build/coverage}

command -v gcovr >/dev/null || {
  apt-get update
  apt-get install --yes --no-install-recommends --no-remove gcovr
}

# Programs of other users count too: they must be able to write down what they have run.
umask 000

# What an earlier build has counted is not of this one.
[[ ! -d $build_dir ]] || find "$build_dir" -name '*.gcda' -delete
FANIO_BUILD_DIR=$build_dir bash "$source_dir/test/run.sh" --preset coverage

# Branches that only an exception takes are not counted: there is one behind every call.
gcovr --root "$source_dir" --object-directory "$build_dir" --filter "$source_dir/include/" \
  --filter "$source_dir/src/" --exclude-throw-branches --exclude-unreachable-branches -j "$(nproc)" \
  --txt "$build_dir/lines.txt" --fail-under-line 95 --fail-under-branch 85 --print-summary ||
  status=$?
cat "$build_dir/lines.txt"
gcovr --root "$source_dir" --object-directory "$build_dir" --filter "$source_dir/include/" \
  --filter "$source_dir/src/" --exclude-throw-branches --exclude-unreachable-branches -j "$(nproc)" \
  --branches
exit "${status:-0}"
