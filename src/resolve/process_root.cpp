#include <fanio/resolve/process_root.hpp>

#include <charconv>
#include <string>
#include <string_view>

namespace fanio::resolve {

namespace {

constexpr std::string_view before = "/proc/";
constexpr std::string_view behind = "/root";

} // namespace

std::filesystem::path join_process_root(const process_path& seen)
{
  auto path = std::string(before) + std::to_string(seen.process) + std::string(behind);
  if (seen.path != "/")
  {
    path += seen.path.native();
  }
  return path;
}

std::optional<process_path> split_process_root(const std::filesystem::path& reached)
{
  std::string_view text = reached.native();
  if (!text.starts_with(before))
  {
    return std::nullopt;
  }
  text.remove_prefix(before.size());
  process_path seen;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seen.process);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (error != std::errc() || seen.process <= 0 || !text.starts_with(behind))
  {
    return std::nullopt;
  }
  text.remove_prefix(behind.size());
  if (!text.empty() && !text.starts_with('/'))
  {
    return std::nullopt;
  }
  seen.path = text.empty() ? "/" : text;
  return seen;
}

} // namespace fanio::resolve
