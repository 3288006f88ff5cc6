#!/bin/bash
#
# Fuzzes for so many minutes in all, each target as long as the others.
#
#   test/fuzz.sh MINUTES [TARGET...]
#
# It goes on where the last run ended: what was found to be of interest is kept in
# $FANIO_FUZZ_CORPUS, by default below build/fuzz. An input that breaks something is told and kept
# in test/fuzz/seeds/TARGET, where every later run begins with it: mend the code and commit both.

set -euo pipefail
exec </dev/null

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build_dir=${FANIO_BUILD_DIR:-$source_dir/build/fuzz}
corpus_dir=${FANIO_FUZZ_CORPUS:-$build_dir/corpus}

minutes=${1:-}
if ! [[ $minutes =~ ^[1-9][0-9]*$ ]]; then
  echo "usage: test/fuzz.sh MINUTES [TARGET...]   MINUTES is a whole number above 0" >&2
  exit 2
fi
shift
for target in "$@"; do
  if [[ ! -d $source_dir/test/fuzz/seeds/$target ]]; then
    echo "There is no target $target." >&2
    exit 2
  fi
done

# Builds, installs what is missing, and runs what was once found.
FANIO_BUILD_DIR=$build_dir bash "$source_dir/test/run.sh" --preset fuzz

# fuzz COMMAND...: an interrupt ends it, and this script too.
fuzz() {
  env -u LD_PRELOAD "$@" &
  local fuzzer=$!
  trap 'kill -KILL "$fuzzer" 2>/dev/null; exit 130' INT
  trap 'kill -KILL "$fuzzer" 2>/dev/null; exit 143' TERM
  wait "$fuzzer"
}

targets=("$@")
if ((${#targets[@]} == 0)); then
  for seeds in "$source_dir"/test/fuzz/seeds/*/; do
    targets+=("$(basename "$seeds")")
  done
fi

failed=()
for target in "${targets[@]}"; do
  program=$build_dir/test/fuzz/fuzz_$target
  seeds=$source_dir/test/fuzz/seeds/$target
  printf '\n== %s\n' "$target"
  mkdir -p "$corpus_dir/$target"
  status=0
  fuzz "$program" -max_total_time=$((minutes * 60 / ${#targets[@]})) -max_len=2048 \
    -use_value_profile=1 -print_final_stats=1 -artifact_prefix="$seeds/found_" \
    "$corpus_dir/$target" "$seeds" >"$corpus_dir/$target.log" 2>&1 || status=$?
  if ((status != 0)); then
    failed+=("$target")
  fi
  grep -vE '^#[0-9]+[[:space:]]|NEW_FUNC|^INFO: |^$|^"|^###' "$corpus_dir/$target.log" || true
done

printf '\n'
for target in "${targets[@]}"; do
  printf '%-14s %6d inputs of interest\n' "$target" "$(find "$corpus_dir/$target" -type f | wc -l)"
done
if ((${#failed[@]})); then
  printf 'broken: %s (the input is in test/fuzz/seeds, as found_...)\n' "${failed[@]}"
fi
echo "$((${#targets[@]} - ${#failed[@]})) passed, ${#failed[@]} failed, 0 skipped"
((${#failed[@]} == 0))
