#!/bin/bash
#
# Builds fanio and runs its tests.
#
#   test/run.sh [--preset NAME] [CTEST ARGUMENTS...]
#
# The preset is "dev" unless told otherwise. Packages that are missing are installed with apt-get.
# The build goes to $FANIO_BUILD_DIR, by default to build/NAME, or if that is another user's, to a
# directory below $TMPDIR. The last line printed is "N passed, N failed, N skipped"; before it
# stands why each skipped test was skipped.

set -euo pipefail
exec </dev/null

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
preset=dev
if [[ ${1:-} == --preset ]]; then
  preset=${2:?--preset needs a name}
  shift 2
fi

say() {
  printf '\n== %s\n' "$*"
}

# The build, or ctest itself, failed: no test can tell.
give_up() {
  printf '%s\n' "$1" '0 passed, 1 failed, 0 skipped'
  exit 1
}

preprocesses() {
  printf '%s\n' "$1" | g++ -std=c++20 -x c++ -E - -o /dev/null 2>/dev/null
}

missing_packages() {
  command -v g++ >/dev/null || echo g++
  command -v cmake >/dev/null || echo cmake
  command -v ninja >/dev/null || echo ninja-build
  command -v pkg-config >/dev/null || echo pkg-config
  preprocesses $'#include <boost/version.hpp>\n#if BOOST_VERSION < 108100\n#error\n#endif' ||
    echo libboost1.81-dev
  g++ -shared -x c++ /dev/null -o /dev/null -lboost_unit_test_framework 2>/dev/null ||
    echo libboost-test1.81-dev
  preprocesses '#include <CLI/CLI.hpp>' || echo libcli11-dev
  preprocesses '#include <re2/re2.h>' || echo libre2-dev
}

# Only root can mount what is made with these, and without them their tests are skipped.
missing_tools() {
  command -v jq >/dev/null || echo jq
  command -v fsnotifywait >/dev/null || echo inotify-tools
  if [[ $(id -u) == 0 ]]; then
    command -v debugfs >/dev/null || echo e2fsprogs
    command -v mkfs.xfs >/dev/null || echo xfsprogs
    command -v mkfs.btrfs >/dev/null || echo btrfs-progs
    command -v bindfs >/dev/null || echo bindfs
    command -v fatrace >/dev/null || echo fatrace
  fi
}

install_packages() {
  local as_root=()
  if [[ $(id -u) != 0 ]]; then
    as_root=(sudo)
  fi
  if ! command -v apt-get >/dev/null || ! command -v "${as_root[@]:-apt-get}" >/dev/null; then
    echo "Please install: $*" >&2
    return 1
  fi
  say "Installing $*"
  "${as_root[@]}" apt-get update
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --no-install-recommends --no-remove "$@"
}

# A directory that belongs to this user: root's build is of no use to others, nor theirs to root.
choose_build_dir() {
  local dir=$source_dir/build/$preset
  if [[ ${FANIO_BUILD_DIR:-} ]]; then
    dir=$FANIO_BUILD_DIR
  elif ! mkdir -p "$dir" 2>/dev/null || [[ ! -O $dir || ! -w $dir ]]; then
    local own
    own=${TMPDIR:-/tmp}/fanio-$(id -u)-$(cksum <<<"$source_dir" | cut -d ' ' -f 1)
    mkdir -m 700 "$own" 2>/dev/null || [[ -O $own && ! -L $own ]] || own=$(mktemp -d)
    dir=$own/$preset
  fi
  echo "$dir"
}

# The sanitizers' runtimes want to be the first library, and a memory layout that they know. That a
# forked child ends without its parent's threads is no leak.
choose_launcher() {
  case $preset in
    asan | fuzz) launcher=(env -u LD_PRELOAD) ;;
    tsan)
      launcher=(env -u LD_PRELOAD "TSAN_OPTIONS=report_thread_leaks=0 ${TSAN_OPTIONS:-}")
      if setarch -R true 2>/dev/null; then
        launcher+=(setarch -R)
      fi
      ;;
  esac
}

build() {
  cmake -S "$source_dir" --preset "$preset" -B "$build_dir" &&
    "${launcher[@]}" cmake --build "$build_dir" --parallel "$(nproc)"
}

# Prints why tests were skipped and what failed, and the sums; fails if a test did.
summarize() {
  awk '
    function text(line) {
      gsub(/&quot;/, "\"", line)
      gsub(/&apos;/, "\047", line)
      gsub(/&lt;/, "<", line)
      gsub(/&gt;/, ">", line)
      gsub(/&amp;/, "\\&", line)
      return line
    }
    function attribute(name) {
      match($0, " " name "=\"[^\"]*\"")
      return text(substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4))
    }
    /<testcase / {
      name = attribute("name")
      status = attribute("status")
      skipped = 0
      reason = "it does not say why"
      errors = ""
    }
    /: (fatal )?error: in |ERROR: |runtime error: |uncaught exception/ {
      errors = errors "\n    " text($0)
    }
    /<skipped message="SKIP_/ { skipped = 1 }
    match($0, /precondition failed: needs /) {
      reason = text(substr($0, RSTART + length("precondition failed: ")))
    }
    /<\/testcase>/ {
      if (status == "run") {
        ++passed
      } else if (skipped) {
        reasons[++skips] = name ": " reason
      } else {
        failures[++failed] = name errors
      }
    }
    END {
      print ""
      for (i = 1; i <= skips; ++i)
        print "skipped: " reasons[i]
      for (i = 1; i <= failed; ++i)
        print "failed: " failures[i]
      printf "%d passed, %d failed, %d skipped\n", passed, failed, skips
      exit failed != 0
    }
  ' "$1"
}

mapfile -t missing < <(missing_packages)
if ((${#missing[@]})); then
  install_packages "${missing[@]}" || give_up 'What the build needs could not be installed.'
fi
mapfile -t missing < <(missing_tools)
for package in "${missing[@]}"; do
  install_packages "$package" || echo "Without $package its tests are skipped."
done

build_dir=$(choose_build_dir)
launcher=()
choose_launcher

say "Building $preset in $build_dir"
build || give_up 'The build failed.'

say 'Testing'
# What a test that is killed leaves behind goes with this.
TMPDIR=$(mktemp -d)
chmod 1777 "$TMPDIR" # tests are other users, too
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
# All that is running ends with this, too: it is a session of its own.
trap 'kill -TERM -- "-$tests" 2>/dev/null; wait "$tests"; exit 130' INT
trap 'kill -TERM -- "-$tests" 2>/dev/null; wait "$tests"; exit 143' HUP TERM
results=$build_dir/results.xml
rm -f "$results"
status=0
setsid "${launcher[@]}" ctest --test-dir "$build_dir" --output-on-failure --no-tests=error --parallel 2 \
  --test-output-size-passed 100000 --output-junit "$results" "$@" &
tests=$!
wait "$tests" || status=$?
[[ -s $results ]] || give_up 'There are no results.'
summarize "$results" || status=1
exit "$status"
