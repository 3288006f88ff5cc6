#include "value_names.hpp"

#include <fanio/error.hpp>
#include <fanio/info_record.hpp>
#include <fanio/mark_flags.hpp>
#include <fanio/response.hpp>

namespace fanio {

namespace {

using detail::named_value;

constexpr auto mark_targets = std::to_array<named_value<mark_target>>({
    {"inode", mark_target::inode},
    {"mount", mark_target::mount},
    {"filesystem", mark_target::filesystem},
    {"mntns", mark_target::mntns},
});

constexpr auto verdicts = std::to_array<named_value<verdict>>({
    {"allow", verdict::allow},
    {"deny", verdict::deny},
});

constexpr auto trusts = std::to_array<named_value<audit_trust>>({
    {"no", audit_trust::no},
    {"yes", audit_trust::yes},
    {"unknown", audit_trust::unknown},
});

constexpr auto info_types = std::to_array<named_value<info_type>>({
    {"fid", info_type::fid},
    {"dfid_name", info_type::dfid_name},
    {"dfid", info_type::dfid},
    {"pidfd", info_type::pidfd},
    {"error", info_type::error},
    {"range", info_type::range},
    {"mnt", info_type::mnt},
    {"old_dfid_name", info_type::old_dfid_name},
    {"new_dfid_name", info_type::new_dfid_name},
});

template <typename T>
T parse(std::span<const named_value<T>> names, std::string_view prefix, std::string_view text,
        error_code& ec)
{
  const auto value = detail::value_of(names, prefix, text);
  ec = value ? error_code() : errc::unknown_flag_name;
  return value.value_or(T{});
}

} // namespace

std::string to_string(mark_target target)
{
  return detail::name_of<mark_target>(mark_targets, target);
}

mark_target parse_mark_target(std::string_view text, error_code& ec)
{
  return parse<mark_target>(mark_targets, "fan_mark_", text, ec);
}

std::string to_string(verdict v)
{
  return detail::name_of<verdict>(verdicts, v);
}

verdict parse_verdict(std::string_view text, error_code& ec)
{
  return parse<verdict>(verdicts, "fan_", text, ec);
}

std::string to_string(audit_trust trust)
{
  return detail::name_of<audit_trust>(trusts, trust);
}

audit_trust parse_audit_trust(std::string_view text, error_code& ec)
{
  return parse<audit_trust>(trusts, {}, text, ec);
}

std::string to_string(info_type type)
{
  return detail::name_of<info_type>(info_types, type);
}

info_type parse_info_type(std::string_view text, error_code& ec)
{
  return parse<info_type>(info_types, "fan_event_info_type_", text, ec);
}

} // namespace fanio
