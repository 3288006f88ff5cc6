// What is read from /proc: a group's fdinfo, and the mounts.

#include "require.hpp"
#include "tool/mounts.hpp"
#include <fanio/error.hpp>
#include <fanio/group_info.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;

  fanio::error_code ec;
  const auto group = fanio::parse_group_info(text, ec);
  fuzz::require(ec.failed() == (ec == fanio::errc::not_a_fanotify_group));
  fuzz::require(group.marks.size() <= lines);

  std::istringstream stream{std::string(text)};
  fuzz::require(fanio::tool::parse_mounts(stream).size() <= lines);
  return 0;
}
