# Takes the C++ of a Markdown page apart, by the words behind ```cpp:
#
#   (nothing)   declarations; put into a namespace of their own
#   body        statements; put into a coroutine that has a context, a group and a buffer
#   PATH        lines of a file that is built; must be in it as they are
#
# All go into one file, for most of its compilation is Asio.

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

function add(before, after) {
  if (!excerpts++)
    print "#include \"prelude.hpp\"" > out
  print "\nnamespace {\n" before "\n#line " start + 1 " \"" page "\"\n" block after "\n}" > out
}

function finish() {
  if (kind ~ /\//) {
    if (index(contents(root "/" kind), block) == 0)
      fail("this is not what is in " kind)
  } else if (kind == "body") {
    add("asio::awaitable<void> excerpt_" start "(asio::io_context& context, " \
        "fanio::fanotify_handle& group, fanio::event_buffer& buffer)\n{", "co_return;\n}")
  } else if (kind == "") {
    add("namespace excerpt_" start " {", "}")
  } else {
    fail("unknown kind of block: " kind)
  }
}

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
