// Names as the tool writes them: whatever the bytes are, a line stays a line and JSON stays UTF-8.

#include "require.hpp"
#include "tool/escape.hpp"
#include "tool/path_filter.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  using fuzz::require;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);

  const auto line = fanio::tool::escape(bytes);
  require(fanio::tool::is_utf8(line));
  require(std::ranges::none_of(line, [](unsigned char c) { return c < 0x20 || c == 0x7f; }));
  require(line.size() >= bytes.size());

  const auto text = fanio::tool::replace_non_utf8(bytes);
  require(fanio::tool::is_utf8(text));
  require((text == bytes) == fanio::tool::is_utf8(bytes));

  const auto middle = bytes.find('\n');
  if (middle != bytes.npos)
  {
    fanio::tool::path_filter filter;
    const auto top = bytes.substr(0, middle);
    const auto path = bytes.substr(middle + 1);
    filter.add(std::string(top));
    require(filter.admits(top));
    require(!filter.admits(path) || path.starts_with(top) || top == "/");
  }
  return 0;
}
