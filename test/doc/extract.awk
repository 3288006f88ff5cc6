# Takes the C++ of a Markdown page apart, by the words behind ```cpp:
#
#   (nothing)   declarations; put into a namespace of their own
#   body        statements; put into a coroutine that has a context, a group and a buffer
#   PATH        lines of a file that is built; must be in it as they are
#
# A block with a main function is a program: it goes to out-LINE.cpp, all else to out.cpp.

function fail(text) {
  print page ":" start ": " text > "/dev/stderr"
  failed = 1
}

function contents(path,   line, text) {
  while ((getline line < path) > 0)
    text = text line "\n"
  close(path)
  return text
}

function at_its_line() {
  return "#line " start + 1 " \"" page "\"\n" block
}

function finish() {
  if (kind ~ /\//) {
    # Taken out of its indentation it may have been.
    if (index(contents(root "/" kind), block) == 0)
      fail("this is not what is in " kind)
  } else if (block ~ /int main\(/) {
    printf "%s", at_its_line() > (out "-" start ".cpp")
  } else if (kind == "body") {
    printf "\nnamespace {\nasio::awaitable<void> excerpt_%d(asio::io_context& context, " \
           "fanio::fanotify_handle& group, fanio::event_buffer& buffer)\n{\n%s\n  co_return;\n}\n}\n",
           start, at_its_line() > (out ".cpp")
  } else if (kind == "") {
    printf "\nnamespace excerpt_%d {\nnamespace {\n%s}\n}\n", start, at_its_line() > (out ".cpp")
  } else {
    fail("unknown kind of block: " kind)
  }
}

BEGIN { print "#include \"prelude.hpp\"" > (out ".cpp") }

/^```/ && inside { inside = 0; if (is_cpp) finish(); next }

/^```/ {
  inside = 1
  is_cpp = $1 == "```cpp"
  kind = $2
  start = FNR
  block = ""
  next
}

inside { block = block $0 "\n" }

END {
  if (inside)
    fail("a block without end")
  exit failed
}
