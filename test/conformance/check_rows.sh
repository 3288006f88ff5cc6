#!/bin/bash
#
# Whether every row has a test, and every test a row.
#
#   check_rows.sh ROWS TEST_EXECUTABLE

set -euo pipefail

rows=$(awk '/^[A-Z] /{letter = $1} /^  /{for (i = 1; i <= NF; ++i) print letter $i}' "$1" | sort -u)
tested=$("$2" --list_content=HRF --color_output=no 2>&1 | grep -oE '^ +[A-Z][0-9]{2}_' | tr -d ' _' |
  sort -u)

difference=$(diff <(echo "$rows") <(echo "$tested")) || {
  echo 'Rows without a test (<), tests without a row (>):'
  grep '^[<>]' <<<"$difference"
  exit 1
}
echo "$(wc -l <<<"$rows") rows have tests."
