#include "mounts.hpp"

#include <cstddef>
#include <fstream>
#include <sstream>
#include <string_view>

namespace fanio::tool {

namespace {

/// Undoes the kernel's way to write blanks, newlines and backslashes: as three octal digits.
std::string unescape(std::string_view text)
{
  const auto is_octal = [](char c) { return c >= '0' && c <= '7'; };
  std::string out;
  while (!text.empty())
  {
    const bool is_escape = text.size() >= 4 && text[0] == '\\' && is_octal(text[1]) &&
                           is_octal(text[2]) && is_octal(text[3]);
    out += is_escape ? static_cast<char>((text[1] - '0') * 64 + (text[2] - '0') * 8 + text[3] - '0')
                     : text[0];
    text.remove_prefix(is_escape ? 4 : 1);
  }
  return out;
}

} // namespace

std::vector<mount> read_mounts()
{
  std::ifstream file("/proc/self/mountinfo");
  return parse_mounts(file);
}

std::vector<mount> parse_mounts(std::istream& lines)
{
  std::vector<mount> mounts;
  for (std::string line; std::getline(lines, line);)
  {
    // "36 35 98:0 /root /point rw,noatime optional... - ext4 /dev/sda1 rw"
    std::istringstream fields(line);
    std::string skipped;
    mount m;
    fields >> skipped >> skipped >> m.device >> skipped >> m.point;
    while (fields >> skipped && skipped != "-")
    {
    }
    if (fields >> m.type)
    {
      m.point = unescape(m.point);
      mounts.push_back(std::move(m));
    }
  }
  return mounts;
}

} // namespace fanio::tool
