#include "sys.hpp"
#include <fanio/error.hpp>
#include <fanio/group_info.hpp>
#include <fanio/unique_fd.hpp>

#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <string>

#include <fcntl.h>

namespace fanio {

namespace {

/// The number behind "key:" in a line of "key:value key:value"; nothing if the key is not there.
template <typename Number>
std::optional<Number> field(std::string_view line, std::string_view key, int base)
{
  for (auto at = line.find(key); at != std::string_view::npos; at = line.find(key, at + 1))
  {
    const auto value = line.substr(at + key.size());
    // "mask:" is also the end of "ignored_mask:".
    if (at == 0 || line[at - 1] != ' ' || !value.starts_with(':'))
    {
      continue;
    }
    Number number{};
    const auto text = value.substr(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (error == std::errc() && end != text.data())
    {
      return number;
    }
  }
  return std::nullopt;
}

/// A line such as "fanotify ino:4f sdev:13 mflags:0 mask:3b ignored_mask:0 fhandle-bytes:8 ...".
std::optional<mark_info> parse_mark(std::string_view line)
{
  const auto mask = field<std::uint64_t>(line, "mask", 16);
  if (!mask)
  {
    return std::nullopt;
  }
  mark_info mark;
  mark.mask = event_mask{*mask};
  mark.ignored_mask = event_mask{field<std::uint64_t>(line, "ignored_mask", 16).value_or(0)};
  mark.flags = mark_flags{field<std::uint32_t>(line, "mflags", 16).value_or(0)};
  mark.device = field<std::uint32_t>(line, "sdev", 16).value_or(0);
  if (const auto inode = field<std::uint64_t>(line, "ino", 16))
  {
    mark.target = mark_target::inode;
    mark.inode = *inode;
  }
  else if (const auto mount = field<std::uint64_t>(line, "mnt_id", 16))
  {
    mark.target = mark_target::mount;
    mark.mount_id = *mount;
  }
  else if (const auto mntns = field<std::uint64_t>(line, "mnt_ns", 10))
  {
    mark.target = mark_target::mntns;
    mark.mount_id = *mntns;
  }
  else
  {
    mark.target = mark_target::filesystem;
  }
  return mark;
}

std::string read_all(int fd, error_code& ec)
{
  std::string text;
  std::array<std::byte, 4096> block;
  for (;;)
  {
    const auto bytes = sys::uninterrupted([&] { return sys::read(fd, block); });
    if (bytes < 0)
    {
      ec.assign(errno, boost::system::system_category());
      return {};
    }
    if (bytes == 0)
    {
      return text;
    }
    text.append(reinterpret_cast<const char*>(block.data()), static_cast<std::size_t>(bytes));
  }
}

} // namespace

group_info parse_group_info(std::string_view text, error_code& ec)
{
  ec = errc::not_a_fanotify_group;
  group_info group;
  while (!text.empty())
  {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!line.starts_with("fanotify "))
    {
      continue;
    }
    if (const auto flags = field<std::uint32_t>(line, "flags", 16))
    {
      group.flags = init_flags{*flags};
      group.event_files = file_flags{field<std::uint32_t>(line, "event-flags", 16).value_or(0)};
      ec = {};
    }
    else if (const auto mark = parse_mark(line))
    {
      group.marks.push_back(*mark);
    }
  }
  return group;
}

group_info read_group_info(int fd, error_code& ec)
{
  ec = {};
  if (sys::get_fd_flags(fd) < 0)
  {
    ec.assign(errno, boost::system::system_category());
    return {};
  }
  const auto path = "/proc/self/fdinfo/" + std::to_string(fd);
  const unique_fd file(sys::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file)
  {
    ec.assign(errno, boost::system::system_category());
    return {};
  }
  const auto text = read_all(file.get(), ec);
  return ec ? group_info() : parse_group_info(text, ec);
}

} // namespace fanio
