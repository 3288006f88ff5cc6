#include <fanio/resolve/process_table.hpp>

#include <algorithm>
#include <array>

namespace fanio::resolve {

namespace {

bool is_id(std::string_view text) noexcept
{
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == 64 && std::ranges::all_of(text, is_hex);
}

/// What stands between the two; empty, if they don't.
std::string_view between(std::string_view text, std::string_view before,
                         std::string_view behind) noexcept
{
  const bool has_both = text.size() > before.size() + behind.size() && text.starts_with(before) &&
                        text.ends_with(behind);
  return has_both ? text.substr(before.size(), text.size() - before.size() - behind.size())
                  : std::string_view();
}

/// docker-ID.scope, libpod-ID.scope, crio-ID.scope, cri-containerd-ID.scope, SLICE:RUNTIME:ID, ID:
/// the id stands at the end of the name, whatever runs it. The monitor beside a container has its
/// id too, and is not in it.
std::string_view id_in(std::string_view name) noexcept
{
  constexpr std::string_view scope = ".scope";
  if (name.ends_with(scope))
  {
    name.remove_suffix(scope.size());
  }
  const auto start = name.find_last_of("-:");
  const auto runtime = start == std::string_view::npos ? std::string_view() : name.substr(0, start);
  const auto id = start == std::string_view::npos ? name : name.substr(start + 1);
  return is_id(id) && !runtime.ends_with("conmon") ? id : std::string_view();
}

/// Containers that have a name: machine-NAME.scope, systemd-nspawn@NAME.service, lxc.payload.NAME.
std::string_view name_in(std::string_view name, std::string_view directory) noexcept
{
  if (const auto machine = between(name, "machine-", ".scope"); !machine.empty())
  {
    return machine;
  }
  if (const auto machine = between(name, "systemd-nspawn@", ".service"); !machine.empty())
  {
    return machine;
  }
  if (const auto payload = between(name, "lxc.payload.", ""); !payload.empty())
  {
    return payload;
  }
  return directory == "lxc" || directory == "lxc.payload" ? name : std::string_view();
}

} // namespace

std::string_view container_of(std::string_view cgroup_path) noexcept
{
  std::string_view innermost;
  std::string_view directory;
  while (!cgroup_path.empty())
  {
    const auto end = std::min(cgroup_path.find('/'), cgroup_path.size());
    const auto name = cgroup_path.substr(0, end);
    const auto id = id_in(name);
    const auto found = id.empty() ? name_in(name, directory) : id;
    innermost = found.empty() ? innermost : found;
    directory = name;
    cgroup_path.remove_prefix(std::min(end + 1, cgroup_path.size()));
  }
  return innermost;
}

} // namespace fanio::resolve
