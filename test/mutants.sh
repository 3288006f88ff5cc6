#!/bin/bash
#
# Breaks the library on purpose, once with each patch of test/mutants, and sees the tests turn red.
# A patch that they don't notice is a promise that nobody watches over. Each patch begins with the
# tests that are to notice it, by their label; only those are built and run.
#
#   test/mutants.sh [PATCH...]
#
# Works in a copy below $FANIO_BUILD_DIR, by default build/mutants. As root, or what is privileged
# is not tested and so not noticed.

set -euo pipefail
exec </dev/null

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work_dir=${FANIO_BUILD_DIR:-$source_dir/build/mutants}
copy=$work_dir/source

# One copy for all: each mutant compiles only what it touches.
rm -rf "$copy"
mkdir -p "$copy"
git -c safe.directory='*' -C "$source_dir" ls-files -z |
  tar -C "$source_dir" --create --null --files-from=- | tar -C "$copy" --extract --touch

patches=("$@")
((${#patches[@]})) || patches=("$copy"/test/mutants/*.patch)

# The label that a patch names.
label_of() {
  sed -n 's/^Noticed by: //p' "$1"
}

# run_tests LABELS CTEST ARGUMENTS... where LABELS is as CMake wants it: a;b
run_tests() {
  local labels=$1
  shift
  FANIO_MUTANT_TESTS=$labels FANIO_BUILD_DIR=$work_dir/tests \
    bash "$copy/test/run.sh" --preset mutants -L "^(${labels//;/|})\$" "$@"
}

echo '== Unbroken'
all_labels=$(for patch in "${patches[@]}"; do label_of "$patch"; done | sort -u | paste -sd ';')
if ! run_tests "$all_labels" >"$work_dir/unbroken.log" 2>&1; then
  tail -20 "$work_dir/unbroken.log"
  echo 'The tests are red before anything is broken.' >&2
  exit 1
fi
tail -1 "$work_dir/unbroken.log"

unnoticed=()
for patch in "${patches[@]}"; do
  name=$(basename "$patch" .patch)
  if ! patch -d "$copy" -p1 --silent --forward <"$patch"; then
    echo "$name does not apply: the code it breaks has changed." >&2
    exit 1
  fi
  if run_tests "$(label_of "$patch")" --stop-on-failure >"$work_dir/$name.log" 2>&1; then
    unnoticed+=("$name")
    printf 'NOT NOTICED  %s\n' "$name"
  elif ! grep -q '^failed: ' "$work_dir/$name.log"; then
    tail -20 "$work_dir/$name.log"
    echo "$name does not even compile." >&2
    exit 1
  else
    printf 'red          %-36s %s\n' "$name" "$(grep -m 1 '^failed: ' "$work_dir/$name.log")"
  fi
  patch -d "$copy" -p1 --silent --reverse <"$patch"
done

echo "$((${#patches[@]} - ${#unnoticed[@]})) passed, ${#unnoticed[@]} failed, 0 skipped"
((${#unnoticed[@]} == 0))
