// What is read from /proc: a group's fdinfo, the mounts, and what tells of a process.

#include "require.hpp"
#include <fanio/error.hpp>
#include <fanio/group_info.hpp>
#include <fanio/resolve/mount_table.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <resolve/proc_files.hpp>
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

  fuzz::require(fanio::resolve::parse_mounts(text).size() <= lines);

  if (const auto stat = fanio::resolve::parse_stat(text))
  {
    fuzz::require(text.find('(' + stat->comm + ") ") != text.npos);
  }
  static_cast<void>(fanio::resolve::effective_id(text, "Uid"));
  static_cast<void>(fanio::resolve::parse_namespace(text));
  fuzz::require(fanio::resolve::split_arguments(text).size() <= text.size());
  const auto cgroup = fanio::resolve::parse_cgroup(text).value_or("");
  const auto container = fanio::resolve::container_of(cgroup);
  fuzz::require(cgroup.find(container) != cgroup.npos);
  return 0;
}
