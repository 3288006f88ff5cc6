#!/bin/sh
# Compiles the C++ of a page: check_page.sh ROOT PAGE OUT COMPILER [OPTION...]
set -e
root=$1 page=$2 out=$3
shift 3
here=$(dirname "$0")

rm -f "$out".cpp "$out"-*.cpp
awk -v root="$root" -v page="$page" -v out="$out" -f "$here/extract.awk" "$root/$page"
for file in "$out".cpp "$out"-*.cpp; do
  if [ -e "$file" ]; then
    "$@" -std=c++20 -fsyntax-only -I"$here" "$file"
  fi
done
