#!/bin/bash
#
# Records where a case of the benchmarks spends its time, in the kernel too, and draws that as a
# flame graph.

set -uo pipefail
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

usage='Usage: bench/profile.sh [--whole] [--build DIR] [--output FILE] CASE [PROGRAM]

  CASE           One of those that bench/run.sh --list tells.
  PROGRAM        Only the processes of this name; all of the case if none is given.
  --whole        The case as it is measured. Without it: a quick run.
  --build DIR    Where to build, with frame pointers (build/profile).
  --output FILE  The flame graph (CASE.svg in the directory of the build).'

build=build/profile
is_whole=false
output=
name=
program=

complain() {
  echo "bench/profile.sh: $1" >&2
}

give_up() {
  complain "$1"
  exit "${2:-1}"
}

. bench/attended.sh

read_arguments() {
  local names=()
  while (($#)); do
    case $1 in
    --help)
      echo "$usage"
      exit 0
      ;;
    --whole) is_whole=true ;;
    --build | --output)
      (($# > 1)) || give_up "$1 needs a value." 2
      local place=$2
      [[ $place == /* ]] || place=$OLDPWD/$place # as the caller means it
      [[ $1 == --build ]] && build=$place || output=$place
      shift
      ;;
    -*) give_up "There is no option $1.
$usage" 2 ;;
    *) names+=("$1") ;;
    esac
    shift
  done
  ((${#names[@]} == 1 || ${#names[@]} == 2)) || give_up "Which case?
$usage" 2
  name=${names[0]}
  program=${names[1]:-}
  output=${output:-$build/$name.svg}
}

# What builds the programs is bench/run.sh's to install, which comes first.
check_machine() {
  [[ $(id -u) == 0 ]] || give_up 'Only root may open such groups, and see the kernel in a profile.'
  local tool
  provide perf linux-perf || give_up 'Please install linux-perf.'
  for tool in cmake ninja awk; do
    command -v "$tool" >/dev/null || give_up "There is no $tool: bench/run.sh installs it."
  done
  mkdir -p -- "$build" && : 2>/dev/null >"$output.new" ||
    give_up "$output can't be written." 2
  rm -f "$output.new"
  perf record --quiet --no-buildid-cache --event cpu-clock --output "$scratch/probe" true \
    >"$scratch/log" 2>&1 ||
    give_up "perf can't record here: $(tail -n 1 "$scratch/log")"
}

# Prints what to count: virtual machines often have no counters.
choose_event() {
  if perf stat --event cycles true 2>&1 | grep -q 'not supported\|not counted'; then
    echo cpu-clock
  else
    echo cycles
  fi
}

build() {
  cmake --preset bench -B "$build" -DCMAKE_C_FLAGS='-g -fno-omit-frame-pointer' \
    -DCMAKE_CXX_FLAGS='-g -fno-omit-frame-pointer' &&
    cmake --build "$build"
}

build_program() {
  echo "Building in $build" >&2
  attended build >"$scratch/log" 2>&1 || {
    tail -n 40 "$scratch/log" >&2
    give_up 'The build failed.'
  }
}

check_case() {
  local all
  all=$("$build/bench/cases/fanio_bench" --list) || give_up 'fanio_bench does not run.'
  awk '{ print $1 }' <<<"$all" | grep -qxF -- "$name" || give_up "There is no case $name, but
$all" 2
}

record_case() {
  local options=(--tool "$build/src/tool/fanio" --programs "$build/bench/programs") status=0
  [[ $is_whole == true ]] || options+=(--quick)
  # An odd frequency: nothing periodic is in step with it.
  attended perf record --quiet --no-buildid-cache --event "$(choose_event)" --freq 1999 \
    --call-graph fp --output "$scratch/data" -- "$build/bench/cases/fanio_bench" "${options[@]}" "$name" >&2 ||
    status=$?
  ((status == 0 || status == 3)) || give_up 'The case failed.' # 3: a part was left out
}

draw() {
  perf script --input "$scratch/data" --no-inline --fields comm,period,ip,sym \
    2>"$scratch/log" >"$scratch/samples" || give_up "perf script: $(tail -n 1 "$scratch/log")"
  awk -v program="$program" -f bench/fold_stacks.awk "$scratch/samples" |
    LC_ALL=C sort >"$scratch/stacks"
  [[ -s $scratch/stacks ]] || give_up "Nothing of ${program:-the case} was recorded. There is:
$(awk -f bench/fold_stacks.awk "$scratch/samples" | sed 's/[;].*//; s/ [0-9]*$//' | sort -u)"
  # Moved to its place once it is whole.
  awk -v title="$name${program:+: $program}" -f bench/flame_graph.awk "$scratch/stacks" \
    >"$output.new" && mv "$output.new" "$output" || {
    rm -f "$output.new"
    give_up "$output can't be written."
  }
}

read_arguments "$@"
scratch=$(mktemp -d) || exit
trap 'rm -rf "$scratch"' EXIT
check_machine
build_program
check_case
record_case
draw
echo "$output"
