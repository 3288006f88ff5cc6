#include "proc_files.hpp"

#include "../sys.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include <fcntl.h>

namespace fanio::resolve {

namespace {

/// The field of so many blanks further on.
std::string_view field_of(std::string_view text, std::size_t number) noexcept
{
  for (; number > 0; --number)
  {
    text.remove_prefix(std::min(text.find(' '), text.size() - 1) + 1);
  }
  return text.substr(0, text.find_first_of(" \n"));
}

template <typename T>
std::optional<T> parse_number(std::string_view text) noexcept
{
  T value{};
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = result.ptr == text.data() + text.size();
  return result.ec == std::errc() && is_whole ? std::optional(value) : std::nullopt;
}

} // namespace

std::optional<stat_fields> parse_stat(std::string_view text)
{
  // "7 (name) S parent group session ...", the start time is field 22
  const auto open = text.find('(');
  const auto close = text.rfind(") ");
  if (open == std::string_view::npos || close == std::string_view::npos || close < open)
  {
    return std::nullopt;
  }
  const auto rest = text.substr(close + 2);
  const auto parent = parse_number<pid_t>(field_of(rest, 1));
  const auto session = parse_number<pid_t>(field_of(rest, 3));
  const auto start_time = parse_number<std::uint64_t>(field_of(rest, 19));
  if (!parent || !session || !start_time)
  {
    return std::nullopt;
  }
  return stat_fields{.comm = std::string(text.substr(open + 1, close - open - 1)),
                     .parent = *parent,
                     .session = *session,
                     .start_time = *start_time};
}

std::optional<std::uint32_t> effective_id(std::string_view status, std::string_view field)
{
  // "Uid:\treal\teffective\tsaved\tfilesystem"; the name comes first, and its newlines are escaped.
  const auto begin = status.find("\n" + std::string(field) + ":\t");
  if (begin == std::string_view::npos)
  {
    return std::nullopt;
  }
  auto line = status.substr(begin + 1);
  line = line.substr(0, line.find('\n'));
  line.remove_prefix(std::min(line.find('\t') + 1, line.size()));
  const auto second = line.find('\t');
  if (second == std::string_view::npos)
  {
    return std::nullopt;
  }
  line.remove_prefix(second + 1);
  return parse_number<std::uint32_t>(line.substr(0, line.find('\t')));
}

std::vector<std::string> split_arguments(std::string_view text)
{
  std::vector<std::string> arguments;
  while (!text.empty())
  {
    const auto end = std::min(text.find('\0'), text.size());
    arguments.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return arguments;
}

std::optional<std::string> parse_cgroup(std::string_view text)
{
  // "0::/path", or "4:memory:/path"
  std::optional<std::string> first;
  while (!text.empty())
  {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    const auto path = line.find(":/");
    if (path != std::string_view::npos && (!first || line.starts_with("0::")))
    {
      first = line.substr(path + 1);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return first;
}

std::optional<std::uint64_t> parse_namespace(std::string_view link)
{
  const auto open = link.find('[');
  const bool is_whole = open != std::string_view::npos && link.ends_with(']');
  return is_whole ? parse_number<std::uint64_t>(link.substr(open + 1, link.size() - open - 2))
                  : std::nullopt;
}

std::optional<std::uint64_t> started_processes(std::string_view stat)
{
  constexpr std::string_view key = "\nprocesses ";
  const auto start = stat.find(key);
  if (start == std::string_view::npos)
  {
    return std::nullopt;
  }
  stat.remove_prefix(start + key.size());
  return parse_number<std::uint64_t>(stat.substr(0, stat.find('\n')));
}

std::optional<std::uint64_t> parse_pid_max(std::string_view text)
{
  return parse_number<std::uint64_t>(text.substr(0, text.find('\n')));
}

std::optional<std::string> read_file(int dirfd, const char* path)
{
  const unique_fd file(sys::open_at(dirfd, path, O_RDONLY | O_CLOEXEC));
  std::string text;
  std::array<char, 4096> piece;
  ssize_t bytes = file ? 1 : -1;
  while (bytes > 0)
  {
    bytes = sys::uninterrupted(
        [&] { return sys::read(file.get(), std::as_writable_bytes(std::span(piece))); });
    text.append(piece.data(), bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
  }
  return bytes < 0 ? std::nullopt : std::optional(std::move(text));
}

proc_directory::proc_directory(pid_t pid)
    : fd_(sys::open(("/proc/" + std::to_string(pid)).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC))
{}

std::optional<std::string> proc_directory::read(const char* name) const
{
  return read_file(fd_.get(), name);
}

std::optional<std::string> proc_directory::read_link(const char* name) const
{
  std::array<char, 4096 + 16> path; // PATH_MAX and " (deleted)"
  const auto length = sys::readlinkat(fd_.get(), name, path);
  return length < 0 ? std::nullopt
                    : std::optional(std::string(path.data(), static_cast<std::size_t>(length)));
}

} // namespace fanio::resolve
