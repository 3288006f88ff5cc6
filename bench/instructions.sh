#!/bin/bash
#
# Counts the instructions that fanio takes for an event, part by part, by callgrind. Unlike times
# they are the same in every run, however busy the machine is. They are compared with those that
# bench/instructions.txt has: more than 5 % more is a failure, more than 5 % less is told.

set -uo pipefail
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

usage='Usage: bench/instructions.sh [--store] [--build DIR] [PART...]

  --store      Make these the counts to compare with, in bench/instructions.txt.
  --build DIR  Where to build ($FANIO_BUILD_DIR, or build/bench, as bench/run.sh).
  PART         Only these; with --store there may be none.'

baseline=bench/instructions.txt
build=${FANIO_BUILD_DIR:-build/bench}
is_storing=false
parts=()

# An event's count is the difference between twice as many and these. As many as a queue that is
# limited holds twice.
events=5000

complain() {
  echo "bench/instructions.sh: $1" >&2
}

give_up() {
  complain "$1"
  exit "${2:-1}"
}

. bench/attended.sh

read_arguments() {
  while (($#)); do
    case $1 in
    --help)
      echo "$usage"
      exit 0
      ;;
    --store) is_storing=true ;;
    --build)
      build=${2:?--build needs a directory}
      shift
      ;;
    -*) give_up "There is no option $1.
$usage" 2 ;;
    *) parts+=("$1") ;;
    esac
    shift
  done
  [[ $is_storing == false || ${#parts[@]} == 0 ]] || give_up 'All parts are stored, or none.' 2
}

build() {
  cmake --preset bench -B "$build" && cmake --build "$build" --target fanio_instructions
}

build_program() {
  attended build >"$scratch/log" 2>&1 || {
    tail -n 40 "$scratch/log" >&2
    give_up 'The build failed.'
  }
  program=$build/bench/instructions/fanio_instructions
}

check_parts() {
  local part all
  all=$("$program" --list) || give_up 'The program does not run.'
  for part in "${parts[@]}"; do
    grep -qxF -- "$part" <<<"$all" || give_up "There is no part $part, but
$all" 2
  done
  ((${#parts[@]})) || mapfile -t parts <<<"$all"
}

# The C library chooses its functions by the processor; without that choice they are the same
# everywhere.
run_counted() {
  GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-AVX_Fast_Unaligned_Load,-ERMS,-FSRM,-BMI2 \
    attended valgrind --tool=callgrind --toggle-collect=fanio_counted \
    --dump-after=fanio_counted --combine-dumps=yes --callgrind-out-file="$scratch/counts" \
    "$program" "$events" "${parts[@]}" >"$scratch/log" 2>&1 || {
    cat "$scratch/log" >&2
    give_up 'Not all could be counted.'
  }
}

# Prints, for each part, its name and how many instructions an event takes.
counts_an_event() {
  local counts
  # Two for each part: of so many events, and of twice as many.
  counts=$(sed -nE 's/^summary: ([0-9]+)$/\1/p' "$scratch/counts" | head -n $((2 * ${#parts[@]})))
  paste <(printf '%s\n' "${parts[@]}") <(paste - - <<<"$counts") |
    awk -v events="$events" '
      NF != 3 || $3 <= $2 { print "callgrind has not counted " $1 > "/dev/stderr"; exit 1 }
      { printf "%-22s %8.1f\n", $1, ($3 - $2) / events }'
}

store() {
  {
    echo '# Instructions an event, by bench/instructions.sh --store.'
    echo "# $built_with"
    echo "$1"
  } >"$baseline.new" && [[ $(tail -n 1 "$baseline.new") == "$(tail -n 1 <<<"$1")" ]] &&
    mv "$baseline.new" "$baseline" || {
    rm -f "$baseline.new"
    give_up "$baseline can't be written."
  }
  echo "Stored in $baseline."
}

# Prints the counts beside those of the baseline; fails if one has grown.
compare() {
  awk '
    /^#/ { next }
    NR == FNR { before[$1] = $2; next }
    !($1 in before) { printf "%-22s %8.1f  new: store it with --store\n", $1, $2; next }
    {
      ratio = before[$1] > 0 ? $2 / before[$1] : 1
      word = ""
      if (ratio > 1.05) {
        word = "  MORE THAN 5 % MORE"
        failed = 1
      } else if (ratio < 0.95) {
        word = "  less: store the new baseline with --store"
      }
      printf "%-22s %8.1f, before %8.1f: %.3f%s\n", $1, $2, before[$1], ratio, word
    }
    END { exit failed }' "$baseline" - <<<"$1"
}

read_arguments "$@"
scratch=$(mktemp -d) || exit
trap 'rm -rf "$scratch"' EXIT
for tool in cmake ninja; do
  command -v "$tool" >/dev/null || give_up "There is no $tool: bench/run.sh installs it."
done
provide valgrind valgrind || give_up 'Please install valgrind.'
build_program
check_parts
built_with=$("$program" --built-with)
run_counted
counts=$(counts_an_event) || give_up 'Not all could be counted.'

if [[ $is_storing == true ]]; then
  echo "$counts"
  store "$counts"
elif [[ ! -f $baseline ]]; then
  echo "$counts"
  give_up "There is no $baseline to compare with: make it with --store."
elif ! grep -qxF -- "# $built_with" "$baseline"; then
  echo "$counts"
  echo "Not judged: the baseline is of$(sed -n '2s/^#//p' "$baseline"), this of $built_with."
else
  compare "$counts" || give_up 'There are more instructions than before.'
fi
