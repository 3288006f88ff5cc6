#!/usr/bin/env bash
#
# Builds the tool and shows who does what to files: below DIR, until Ctrl-C; without DIR for some
# seconds in a temporary directory, where this script then does something.
#
#   bash example/quickstart.sh [DIR]
#
# What the build needs and is missing is installed by apt.

set -euo pipefail

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build_dir=$source_dir/build/quickstart
tool=$build_dir/src/tool/fanio

say() {
  echo "quickstart: $*" >&2
}

is_boost_new_enough() {
  local version
  version=$(sed -n 's/^#define BOOST_VERSION //p' /usr/include/boost/version.hpp 2> /dev/null)
  ((${version:-0} >= 108100))
}

# The oldest Boost that is new enough.
boost_package() {
  apt-cache --names-only search '^libboost1\.[0-9]+-dev$' 2> /dev/null | cut -d ' ' -f 1 |
    sort --version-sort | awk -F '[.-]' '$2 >= 81 { print; exit }' | grep . ||
    echo libboost1.81-dev
}

missing_packages() {
  command -v g++ > /dev/null || echo g++
  command -v cmake > /dev/null || echo cmake
  command -v ninja > /dev/null || echo ninja-build
  is_boost_new_enough || boost_package
  command -v pkg-config > /dev/null || echo pkg-config
  [[ -e /usr/include/CLI/CLI.hpp ]] || echo libcli11-dev
  [[ -e /usr/include/re2/re2.h ]] || echo libre2-dev
  command -v pkg-config > /dev/null || echo pkg-config
}

install_missing_packages() {
  local packages as_root=()
  mapfile -t packages < <(missing_packages)
  if ((${#packages[@]} == 0)); then
    return
  fi
  if ((EUID != 0)); then
    as_root=(sudo)
  fi
  if ! command -v apt-get > /dev/null || { ((EUID != 0)) && ! command -v sudo > /dev/null; }; then
    say "these packages are missing: ${packages[*]}"
    exit 1
  fi
  "${as_root[@]}" apt-get -qq update
  mapfile -t packages < <(missing_packages) # now it is known which Boost there is
  say "installing ${packages[*]}"
  # Two versions of Boost can't be installed side by side: none is removed unasked.
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq install --yes --no-remove --no-install-recommends "${packages[@]}" > /dev/null
}

build_tool() {
  [[ -x $tool ]] || say "building; this takes a minute"
  cmake -S "$source_dir" -B "$build_dir" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DFANIO_BUILD_TESTS=OFF -DFANIO_BUILD_EXAMPLES=OFF -DFANIO_BUILD_BENCH=OFF > /dev/null
  cmake --build "$build_dir" --target fanio_tool -- --quiet |
    { grep --invert-match "no work to do" || true; } >&2
}

# Processes that live long enough to be asked for their names.
do_something() {
  until grep --quiet watching "$messages"; do
    sleep 0.1
  done
  cd "$place"
  { echo "dear reader," && sleep 1; } | tee letter.txt > /dev/null
  timeout 1 tail --follow letter.txt > /dev/null || true
  { cat letter.txt && sleep 1; } | gzip > letter.gz
}

install_missing_packages
build_tool

# Without privilege the kernel tells of no processes.
as_root=()
if ((EUID != 0)) && sudo --non-interactive true 2> /dev/null; then
  as_root=(sudo)
fi

if (($# > 0)); then
  say "Ctrl-C ends this"
  exec "${as_root[@]}" "$tool" trace --verbose "$@"
fi

work_dir=$(mktemp --directory -t fanio-XXXXXX)
messages=$work_dir/messages
place=$work_dir/place
mkdir "$place"
touch "$messages"
do_something &
trap 'kill $! 2> /dev/null || true; wait; rm -r "$work_dir"' EXIT
"${as_root[@]}" "$tool" trace --verbose --seconds 5 "$place" 2> >(tee "$messages" >&2)
