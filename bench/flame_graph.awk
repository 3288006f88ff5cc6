# Draws a flame graph, as SVG, of sorted lines "name;name;name TIME": each name is as wide as the
# time that was spent in it and in what it called. -v title=TEXT

function escaped(text) {
  gsub(/&/, "\\&amp;", text)
  gsub(/</, "\\&lt;", text)
  gsub(/>/, "\\&gt;", text)
  gsub(/"/, "\\&quot;", text)
  return text
}

# Ends what is open from a depth on.
function close_from(level) {
  for (; depth > level; --depth) {
    ++boxes
    box_name[boxes] = open_name[depth]
    box_begin[boxes] = open_begin[depth]
    box_end[boxes] = total
    box_level[boxes] = depth - 1
  }
}

# A colour of its own for each name: blue ones for the kernel.
function colour(name, is_kernel,   i, hash) {
  for (i = 1; i <= length(name) && i <= 24; ++i)
    hash = (hash * 31 + index(alphabet, substr(name, i, 1))) % 997
  if (is_kernel)
    return sprintf("rgb(%d,%d,%d)", 100 + hash % 60, 150 + hash % 50, 220)
  return sprintf("rgb(%d,%d,%d)", 225, 110 + hash % 110, 60 + hash % 40)
}

function draw(name, begin, end, level,   part, x, y, is_kernel, room) {
  part = (end - begin) / total
  if (part * width < 0.3)
    return
  is_kernel = sub(/_\[k\]$/, "", name)
  x = begin / total * width
  y = height - (level + 1) * row - row / 2
  printf "<g><title>%s: %.2f %%</title>", escaped(name), 100 * part
  printf "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" fill=\"%s\" rx=\"1\"/>", x, y,
         part * width, row - 1, colour(name, is_kernel)
  room = int((part * width - 4) / letter)
  if (room >= 3) {
    name = length(name) > room ? substr(name, 1, room - 2) ".." : name
    printf "<text x=\"%.1f\" y=\"%.1f\">%s</text>", x + 2, y + row - 5, escaped(name)
  }
  print "</g>"
}

BEGIN {
  alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:<>~(), "
  width = 1200
  row = 17
  letter = 6.6
}

{
  weight = $NF
  line = $0
  sub(/ [0-9]+$/, "", line)
  count = split(line, names, ";")
  same = 0
  while (same < depth && same < count && open_name[same + 1] == names[same + 1])
    ++same
  close_from(same)
  for (i = same + 1; i <= count; ++i) {
    open_name[i] = names[i]
    open_begin[i] = total
    depth = i
  }
  deepest = count > deepest ? count : deepest
  total += weight
}

END {
  close_from(0)
  if (total == 0)
    exit 1
  height = (deepest + 3) * row
  printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" ", width, height
  print "font-family=\"monospace\" font-size=\"11\">"
  print "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>"
  printf "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" font-size=\"14\">%s</text>\n",
         width / 2, row, escaped(title)
  for (i = 1; i <= boxes; ++i)
    draw(box_name[i], box_begin[i], box_end[i], box_level[i])
  print "</svg>"
}
