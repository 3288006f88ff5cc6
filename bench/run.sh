#!/bin/bash
#
# Measures fanio beside the bare system calls and beside the programs that one would use otherwise.

set -euo pipefail
exec </dev/null

usage() {
  cat <<'END'
bench/run.sh [--quick] [--list] [--json FILE] [--plots DIR] [--rounds N] [CASE...]

Installs what is missing with apt-get, and from npm, builds with all optimisation, runs the cases,
and prints a table. Needs root.

  --quick        only try whether everything works, in a minute; the figures mean nothing
  --list         list the cases
  --json FILE    write what was found to FILE, too
  --plots DIR    draw it, as SVG files in DIR
  --rounds N     how often the programs take turns, 1 to 1000 (7; quick: 2)
  --patience S   how many seconds a case may take (600; quick: 120)
  CASE           a name, its beginning, or a pattern: "drain-*"; all, if there is none

The build goes to $FANIO_BUILD_DIR, by default to build/bench. The last line printed is
"N cases, N goals reached of N, N left out".

Exit status: 0 all cases were run; 1 one failed, or FILE or DIR could not be written; 2 wrong usage,
or privileges, limits, space or what the build needs are missing; 3 something was left out, which the
table tells; 128 and the number of the signal that ended it.
END
}

readonly not_tried=2
source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build_dir=${FANIO_BUILD_DIR:-$source_dir/build/bench}

say() {
  printf '\n== %s\n' "$*" >&2
}

complain() {
  printf 'bench/run.sh: %s\n' "$1" >&2
}

refuse() {
  complain "$1"
  exit $not_tried
}

# shellcheck source=bench/attended.sh
. "$source_dir/bench/attended.sh"

# What is wrong is told before minutes go by
# -----------------------------------------

# "NAME  SUMMARY" of every case, from the source: the program need not be there.
list_cases() {
  tr -s '\n ' ' ' <"$source_dir/bench/cases/all_cases.cpp" |
    grep -oE '\{"[^"]+",( ?"[^"]*")+, ?[a-z_0-9]+\}' |
    sed -E 's/^\{"([^"]+)", ?"/\1\t/; s/", ?[a-z_0-9]+\}$//; s/" ?"//g' |
    awk -F '\t' '{ names[NR] = $1; texts[NR] = $2; if (length($1) > width) width = length($1) }
                 END { for (i = 1; i <= NR; ++i) printf "%-" width "s  %s\n", names[i], texts[i] }'
}

check_case() {
  local word=$1 name
  while read -r name _; do
    # shellcheck disable=SC2053 # it is a pattern
    [[ $word && ($name == $word || $name == "$word"*) ]] && return
  done <<<"$cases"
  refuse "there is no case \"$word\". There are:"$'\n  '"${cases//$'\n'/$'\n  '}"
}

# check_place OPTION DIRECTORY; by trying, for root may write anywhere, if one asks for permissions.
check_place() {
  local file
  file=$(mktemp --tmpdir="$2" .fanio-XXXXXX 2>/dev/null) || refuse "$1: nothing can be written in $2"
  rm -f "$file"
}

check_json() {
  [[ $1 ]] || refuse '--json needs a file'
  [[ ! -d $1 ]] || refuse "--json: $1 is a directory"
  local directory
  directory=$(dirname -- "$1")
  [[ -d $directory ]] || refuse "--json: there is no directory $directory"
  check_place --json "$directory"
}

check_plots() {
  local directory=$1
  [[ $1 && (! -e $1 || -d $1) ]] || refuse "--plots: $1 is no directory"
  until [[ -d $directory ]]; do
    directory=$(dirname -- "$directory")
  done
  check_place --plots "$directory"
}

wants_plots=
read_command_line() {
  local value
  while (($#)); do
    value=${1#*=}
    case $1 in
      --help | -h)
        usage
        exit 0
        ;;
      --list)
        printf '%s\n' "$cases"
        exit 0
        ;;
      --quick) ;;
      --json | --plots | --rounds | --patience)
        (($# >= 2)) || refuse "$1 needs a value"
        set -- "$1=$2" "${@:3}"
        continue
        ;;
      --json=*) check_json "$value" ;;
      --plots=*)
        check_plots "$value"
        wants_plots=1
        ;;
      --rounds=*) [[ $value =~ ^([1-9][0-9]{0,2}|1000)$ ]] || refuse "$1: no number from 1 to 1000" ;;
      --patience=*) [[ $value =~ ^[1-9][0-9]{0,4}$ ]] || refuse "$1: no number of seconds" ;;
      -*) refuse "there is no option $1; see --help" ;;
      *) check_case "$1" ;;
    esac
    shift
  done
}

# What is needed
# -----------------------------------------

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
  preprocesses '#include <CLI/CLI.hpp>' || echo libcli11-dev
  preprocesses '#include <re2/re2.h>' || echo libre2-dev
  preprocesses '#include <benchmark/benchmark.h>' || echo libbenchmark-dev
}

# Without these parts are left out.
missing_extras() {
  preprocesses '#include <liburing.h>' || echo liburing-dev
  command -v fatrace >/dev/null || echo fatrace
  command -v fsnotifywait >/dev/null || echo inotify-tools
  command -v fswatch >/dev/null || echo fswatch
  command -v node >/dev/null || echo nodejs
  command -v npm >/dev/null || echo npm
  [[ ! $wants_plots ]] || command -v gnuplot >/dev/null || echo gnuplot-nox
}

install_extras() {
  local package
  mapfile -t missing < <(missing_extras)
  for package in "${missing[@]}"; do
    say "Installing $package"
    install_packages "$package" || say "$package could not be installed: its part is left out"
  done
}

# Into the build: the harness's scripts are beside them.
install_node_packages() {
  local place=$build_dir/peers
  [[ ! -d $place/node_modules/chokidar || ! -d $place/node_modules/@parcel/watcher ]] || return 0
  say 'Installing chokidar and @parcel/watcher'
  mkdir -p "$place"
  npm install --prefix "$place" --no-audit --no-fund --loglevel=error --fetch-retries=1 \
    chokidar@4 @parcel/watcher@2 >&2
}

# Its package would start a daemon that guards the whole machine: it is unpacked only.
unpack_fapolicyd() {
  bash "$source_dir/bench/get_fapolicyd.sh" "$build_dir/bench/programs/fapolicyd" >&2
}

build() {
  cmake -S "$source_dir" --preset bench -B "$build_dir" >&2 &&
    cmake --build "$build_dir" --parallel "$(nproc)" >&2
}

# -----------------------------------------

cases=$(list_cases || true)
read_command_line "$@"
((EUID == 0)) || refuse 'needs root (CAP_SYS_ADMIN): sudo bash bench/run.sh'

mapfile -t missing < <(missing_packages)
if ((${#missing[@]})); then
  say "Installing ${missing[*]}"
  install_packages "${missing[@]}" || refuse "please install: ${missing[*]}"
fi
install_extras
say "Building in $build_dir"
attended build || refuse 'the build failed'
attended install_node_packages || say 'What comes from npm could not be installed: it is left out'
attended unpack_fapolicyd || say 'fapolicyd could not be unpacked: it is left out'

command="bash bench/run.sh$( (($# == 0)) || printf ' %q' "$@")"
# Signals are the program's, which leaves nothing behind.
exec "$build_dir/bench/cases/fanio_bench" --tool "$build_dir/src/tool/fanio" \
  --programs "$build_dir/bench/programs" --command "$command" "$@"
