#include "../sys.hpp"
#include <fanio/resolve/mount_table.hpp>
#include <fanio/unique_fd.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <span>

#include <fcntl.h>

namespace fanio::resolve {

namespace {

/// Cuts the first field off a line; empty at its end.
std::string_view next_field(std::string_view& line) noexcept
{
  const auto end = std::min(line.find(' '), line.size());
  const auto field = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return field;
}

/// Undoes the kernel's way to write blanks, newlines and backslashes: as three octal digits.
std::string unescape(std::string_view text)
{
  const auto is_octal = [](char c) { return c >= '0' && c <= '7'; };
  std::string out;
  while (!text.empty())
  {
    const bool is_escape =
        text.size() >= 4 && text[0] == '\\' && std::ranges::all_of(text.substr(1, 3), is_octal);
    out += is_escape ? static_cast<char>((text[1] - '0') * 64 + (text[2] - '0') * 8 + text[3] - '0')
                     : text[0];
    text.remove_prefix(is_escape ? 4 : 1);
  }
  return out;
}

bool read_number(std::string_view text, std::uint64_t& number) noexcept
{
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  return result.ptr == text.data() + text.size() && !text.empty();
}

/// "36 35 98:0 /root /point rw,noatime optional... - ext4 /dev/sda1 rw"
std::optional<mount> parse_mount(std::string_view line)
{
  mount m;
  const auto id = next_field(line);
  const auto parent = next_field(line);
  m.device = next_field(line);
  m.root = unescape(next_field(line));
  m.point = unescape(next_field(line));
  while (!line.empty() && next_field(line) != "-")
  {
  }
  m.type = next_field(line);
  m.source = unescape(next_field(line));
  const bool is_whole = read_number(id, m.id) && read_number(parent, m.parent) && !m.type.empty();
  return is_whole ? std::optional(std::move(m)) : std::nullopt;
}

} // namespace

std::vector<mount> read_mounts(pid_t process, error_code& ec)
{
  const auto path =
      "/proc/" + (process == 0 ? std::string("self") : std::to_string(process)) + "/mountinfo";
  const unique_fd file(sys::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  std::array<char, 16'384> piece;
  ssize_t bytes = file ? 1 : -1;
  while (bytes > 0)
  {
    bytes = sys::uninterrupted(
        [&] { return sys::read(file.get(), std::as_writable_bytes(std::span(piece))); });
    text.append(piece.data(), bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
  }
  ec = {};
  if (bytes < 0)
  {
    ec.assign(errno, boost::system::system_category());
    return {};
  }
  return parse_mounts(text);
}

std::vector<mount> parse_mounts(std::string_view text)
{
  std::vector<mount> mounts;
  while (!text.empty())
  {
    const auto end = std::min(text.find('\n'), text.size());
    if (auto m = parse_mount(text.substr(0, end)))
    {
      mounts.push_back(std::move(*m));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return mounts;
}

} // namespace fanio::resolve
