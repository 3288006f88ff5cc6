# Folds what `perf script -F comm,period,ip,sym` prints: a line for each sample, with the names from
# the outermost to the innermost, a semicolon between them, and at the end the time.
# Functions of the kernel end in "_[k]". -v program=NAME: only of the processes of this name.

function finish() {
  if (weight != "" && (program == "" || comm == program))
    print comm stack " " weight
  weight = ""
}

/^$/ { finish(); next }

# The name of a process may have blanks in it.
/^[^ \t]/ || weight == "" {
  finish()
  weight = $NF
  sub(/:$/, "", weight)
  comm = $0
  sub(/[ \t]+[0-9]+:?[ \t]*$/, "", comm)
  gsub(/;/, ":", comm)
  sub(/^[ \t]+/, "", comm)
  stack = ""
  next
}

{
  # Addresses of the kernel are in the upper half.
  kernel = $1 ~ /^ffff/ && length($1) == 16 ? "_[k]" : ""
  name = $0
  sub(/^[ \t]*[0-9a-f]+[ \t]+/, "", name)
  gsub(/;/, ":", name)
  if (name != "[unknown]")
    stack = ";" name kernel stack
}

END { finish() }
