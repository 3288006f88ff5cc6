#!/bin/bash
#
# Runs the conformance tests on both backends of Asio and writes what came of each row to
# doc/conformance.md. As root.
#
#   test/conformance.sh

set -euo pipefail
exec </dev/null

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
page=$source_dir/doc/conformance.md
status=0

if [[ $(id -u) != 0 ]]; then
  echo 'Most rows need CAP_SYS_ADMIN in the initial user namespace: run it as root.' >&2
  exit 2
fi

# run_tests PRESET FILE: on one backend; the results go to the file. Also what changes a setting of
# the whole machine for a moment.
run_tests() {
  local build_dir=${FANIO_BUILD_DIR:-$source_dir/build}/$1
  rm -f "$build_dir/results.xml" # those of another run, if this is not to be built
  FANIO_TEST_ALONE=1 FANIO_BUILD_DIR=$build_dir \
    bash "$source_dir/test/run.sh" --preset "$1" -L '^conformance$' || status=1
  if ! cp "$build_dir/results.xml" "$2"; then
    echo "There are no results, and $page is as it was." >&2
    exit 1
  fi
}

if ! dpkg-query --show liburing-dev >/dev/null 2>&1; then
  apt-get update
  apt-get install --yes --no-install-recommends --no-remove liburing-dev
fi
epoll=$(mktemp)
io_uring=$(mktemp)
trap 'rm -f "$epoll" "$io_uring"' EXIT
run_tests dev "$epoll"
run_tests io-uring "$io_uring"

# One line a test: row, sentence, way of reading, backend, result, reason.
list_results() {
  local backend=$1
  awk -v backend="$backend" '
    function attribute(name) {
      match($0, " " name "=\"[^\"]*\"")
      return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
    }
    /<testcase / {
      split(attribute("name"), path, "/")
      status = attribute("status")
      result = status == "run" ? "ok" : "FAILED"
      reason = ""
      row = substr(path[4], 1, 3)
      sentence = substr(path[4], 5)
      gsub(/_/, " ", sentence)
    }
    /<skipped message="SKIP_/ { result = "skipped" }
    match($0, /precondition failed: needs /) && reason == "" {
      reason = substr($0, RSTART + length("precondition failed: "))
      gsub(/&quot;|&apos;/, "\047", reason)
      sub(/".*/, "", reason)
    }
    /<\/testcase>/ && row ~ /^[A-Z][0-9][0-9]$/ {
      print row "\t" sentence "\t" backend " " path[2] "\t" result "\t" reason
    }
  ' "$2"
}

{
  list_results epoll "$epoll"
  list_results io_uring "$io_uring"
} | awk -F '\t' -v rows="$source_dir/test/conformance/rows" -v kernel="$(uname -r | cut -d - -f 1)" \
  -v day="$(date +%F)" '
  {
    if (!(($1, $2) in seen)) {
      seen[$1, $2] = 1
      sentences[$1, ++count[$1]] = $2
    }
    # A sentence may stand in two suites: it holds if it holds in both.
    if (result[$1, $2, $3] != "FAILED")
      result[$1, $2, $3] = $4
    if ($5 != "")
      why[$1, $2] = $5
    ++sums[$4]
  }
  END {
    print "# Conformance with the kernel\n"
    print "What the kernel promises, row by row, against fanio\047s own API. Written by"
    print "`bash test/conformance.sh` on Linux " kernel ", " day ": " sums["ok"] + 0 " passed, " \
          sums["FAILED"] + 0 " failed, " sums["skipped"] + 0 " skipped.\n"
    print "Each case is read with `read_events` and with `async_read_events`, on Asio\047s epoll and"
    print "io_uring backends, in that order. The tests are in `test/conformance/`, named by their row."
    while ((getline line < rows) > 0) {
      if (line ~ /^[A-Z] /) {
        letter = substr(line, 1, 1)
        print "\n## " letter ". " substr(line, 3) "\n"
        print "| row | what | epoll | io_uring | |"
        print "|---|---|---|---|---|"
      } else if (line ~ /^  /) {
        n = split(line, numbers, " ")
        for (i = 1; i <= n; ++i)
          print_row(letter numbers[i])
      }
    }
  }
  function print_row(row,    j, sentence) {
    if (count[row] == 0)
      print "| " row " | | | | no test |"
    for (j = 1; j <= count[row]; ++j) {
      sentence = sentences[row, j]
      print "| " row " | " sentence " | " both(row, sentence, "epoll") " | " \
            both(row, sentence, "io_uring") " | " why[row, sentence] " |"
    }
  }
  function both(row, sentence, backend,    a, b) {
    a = result[row, sentence, backend " read_events"]
    b = result[row, sentence, backend " async_read_events"]
    return a == b ? a : a ", " b
  }
' >"$page"

grep -o 'Linux .*' "$page" | head -1
exit "$status"
