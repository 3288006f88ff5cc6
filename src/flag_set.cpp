#include "value_names.hpp"
#include <fanio/detail/flag_set.hpp>
#include <fanio/error.hpp>
#include <fanio/event_mask.hpp>
#include <fanio/file_flags.hpp>
#include <fanio/init_flags.hpp>
#include <fanio/mark_flags.hpp>
#include <fanio/response.hpp>

#include <algorithm>
#include <array>
#include <optional>

#include <fcntl.h>
#include <sys/fanotify.h>

namespace fanio {

namespace {

template <flag_set Flags>
using named_flag = detail::named_value<Flags>;

/// Every name of a set in the order of the bits; names of several bits come first, and in parsing
/// only where `synonyms` lists them.
template <flag_set Flags>
inline constexpr std::array<named_flag<Flags>, 0> names{};

template <flag_set Flags>
inline constexpr std::array<named_flag<Flags>, 0> synonyms{};

template <>
inline constexpr auto names<event_mask> = std::to_array<named_flag<event_mask>>({
    {"access", event_mask::access},
    {"modify", event_mask::modify},
    {"attrib", event_mask::attrib},
    {"close_write", event_mask::close_write},
    {"close_nowrite", event_mask::close_nowrite},
    {"open", event_mask::open},
    {"moved_from", event_mask::moved_from},
    {"moved_to", event_mask::moved_to},
    {"create", event_mask::create},
    {"delete", event_mask::delete_},
    {"delete_self", event_mask::delete_self},
    {"move_self", event_mask::move_self},
    {"open_exec", event_mask::open_exec},
    {"q_overflow", event_mask::q_overflow},
    {"fs_error", event_mask::fs_error},
    {"open_perm", event_mask::open_perm},
    {"access_perm", event_mask::access_perm},
    {"open_exec_perm", event_mask::open_exec_perm},
    {"pre_access", event_mask::pre_access},
    {"mnt_attach", event_mask::mnt_attach},
    {"mnt_detach", event_mask::mnt_detach},
    {"event_on_child", event_mask::event_on_child},
    {"rename", event_mask::rename},
    {"ondir", event_mask::ondir},
});

template <>
inline constexpr auto synonyms<event_mask> = std::to_array<named_flag<event_mask>>({
    {"close", event_mask::close},
    {"move", event_mask::move},
    {"all_permission", event_mask::all_permission},
    {"all_dirent", event_mask::all_dirent},
});

template <>
inline constexpr auto names<init_flags> = std::to_array<named_flag<init_flags>>({
    {"cloexec", init_flags::cloexec},
    {"nonblock", init_flags::nonblock},
    {"class_content", init_flags::class_content},
    {"class_pre_content", init_flags::class_pre_content},
    {"unlimited_queue", init_flags::unlimited_queue},
    {"unlimited_marks", init_flags::unlimited_marks},
    {"enable_audit", init_flags::enable_audit},
    {"report_pidfd", init_flags::report_pidfd},
    {"report_tid", init_flags::report_tid},
    {"report_fid", init_flags::report_fid},
    {"report_dir_fid", init_flags::report_dir_fid},
    {"report_name", init_flags::report_name},
    {"report_target_fid", init_flags::report_target_fid},
    {"report_fd_error", init_flags::report_fd_error},
    {"report_mnt", init_flags::report_mnt},
});

template <>
inline constexpr auto synonyms<init_flags> = std::to_array<named_flag<init_flags>>({
    {"class_notif", init_flags::class_notif},
    {"report_dfid_name", init_flags::report_dfid_name},
    {"report_dfid_name_target", init_flags::report_dfid_name_target},
});

template <>
inline constexpr auto names<mark_flags> = std::to_array<named_flag<mark_flags>>({
    {"add", mark_flags::add},
    {"remove", mark_flags::remove},
    {"dont_follow", mark_flags::dont_follow},
    {"onlydir", mark_flags::onlydir},
    {"ignored_mask", mark_flags::ignored_mask},
    {"ignored_surv_modify", mark_flags::ignored_surv_modify},
    {"flush", mark_flags::flush},
    {"evictable", mark_flags::evictable},
    {"ignore", mark_flags::ignore},
});

template <>
inline constexpr auto synonyms<mark_flags> = std::to_array<named_flag<mark_flags>>({
    {"ignore_surv", mark_flags::ignore_surv},
});

template <>
inline constexpr auto names<file_flags> = std::to_array<named_flag<file_flags>>({
    {"wronly", file_flags::wronly},
    {"rdwr", file_flags::rdwr},
    {"append", file_flags::append},
    {"nonblock", file_flags::nonblock},
    {"sync", file_flags::sync}, // has the bit of dsync, so it comes first
    {"dsync", file_flags::dsync},
    {"largefile", file_flags::largefile},
    {"noatime", file_flags::noatime},
    {"cloexec", file_flags::cloexec},
});

template <>
inline constexpr auto synonyms<file_flags> = std::to_array<named_flag<file_flags>>({
    {"rdonly", file_flags::rdonly},
});

template <>
inline constexpr auto names<response_flags> = std::to_array<named_flag<response_flags>>({
    {"allow", response_flags::allow},
    {"deny", response_flags::deny},
    {"audit", response_flags::audit},
    {"info", response_flags::info},
});

/// What the kernel's headers put before the names of a set.
template <flag_set Flags>
inline constexpr std::string_view prefix = "fan_";
template <>
inline constexpr std::string_view prefix<mark_flags> = "fan_mark_";
template <>
inline constexpr std::string_view prefix<file_flags> = "o_";

template <flag_set Flags>
std::optional<Flags> parse_one(std::string_view word)
{
  if (detail::lower_case(word) == "none")
  {
    return Flags{};
  }
  const auto single = detail::value_of<Flags>(names<Flags>, prefix<Flags>, word);
  return single ? single : detail::value_of<Flags>(synonyms<Flags>, prefix<Flags>, word);
}

} // namespace

template <typename Flags>
std::string detail::flags_to_string(Flags flags)
{
  std::string text;
  const auto append = [&text](std::string_view word)
  {
    text += text.empty() ? "" : "|";
    text += word;
  };
  auto left = flags;
  for (const auto& [name, value] : names<Flags>)
  {
    if (has_all(left, value))
    {
      append(name);
      left &= ~value;
    }
  }
  if (!is_empty(left))
  {
    append(detail::to_hex(to_underlying(left)));
  }
  return text.empty() ? "none" : text;
}

template <typename Flags>
Flags detail::string_to_flags(std::string_view text, error_code& ec)
{
  constexpr std::string_view separators = "|, \t\n";
  ec = {};
  Flags flags{};
  while (!text.empty())
  {
    const auto word = text.substr(0, text.find_first_of(separators));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (word.empty())
    {
      continue;
    }
    const auto flag = parse_one<Flags>(word);
    if (!flag)
    {
      ec = errc::unknown_flag_name;
      return {};
    }
    flags |= *flag;
  }
  return flags;
}

template <typename Flags>
Flags detail::string_to_flags(std::string_view text)
{
  error_code ec;
  const auto flags = parse_flags<Flags>(text, ec);
  detail::throw_on_error(ec, "fanio::parse_flags");
  return flags;
}

template FANIO_API std::string detail::flags_to_string(event_mask);
template FANIO_API std::string detail::flags_to_string(init_flags);
template FANIO_API std::string detail::flags_to_string(mark_flags);
template FANIO_API std::string detail::flags_to_string(file_flags);
template FANIO_API std::string detail::flags_to_string(response_flags);
template FANIO_API event_mask detail::string_to_flags(std::string_view, error_code&);
template FANIO_API init_flags detail::string_to_flags(std::string_view, error_code&);
template FANIO_API mark_flags detail::string_to_flags(std::string_view, error_code&);
template FANIO_API file_flags detail::string_to_flags(std::string_view, error_code&);
template FANIO_API response_flags detail::string_to_flags(std::string_view, error_code&);
template FANIO_API event_mask detail::string_to_flags(std::string_view);
template FANIO_API init_flags detail::string_to_flags(std::string_view);
template FANIO_API mark_flags detail::string_to_flags(std::string_view);
template FANIO_API file_flags detail::string_to_flags(std::string_view);
template FANIO_API response_flags detail::string_to_flags(std::string_view);

} // namespace fanio
