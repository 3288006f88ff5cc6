#!/bin/sh
# Compiles the C++ of a page: check_page.sh ROOT PAGE OUT COMPILER [OPTION...]
set -e
root=$1 page=$2 out=$3.cpp
shift 3
here=$(dirname "$0")

rm -f "$out"
awk -v root="$root" -v page="$page" -v out="$out" -f "$here/extract.awk" "$root/$page"
if [ -e "$out" ]; then
  "$@" -std=c++20 -fsyntax-only -DBOOST_ASIO_NO_DEPRECATED -I"$here" "$out"
fi
