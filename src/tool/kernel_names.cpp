#include "kernel_names.hpp"

#include <string_view>

namespace fanio::tool {

namespace {

/// "deny|audit" with the prefix "FAN_" is "FAN_DENY|FAN_AUDIT".
std::string with_prefix(std::string_view prefix, std::string_view name)
{
  std::string out(prefix);
  for (const char c : name)
  {
    out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    out += c == '|' ? prefix : "";
  }
  return out;
}

} // namespace

std::string kernel_name(init_flags flag)
{
  return with_prefix("FAN_", is_empty(flag) ? "class_notif" : to_string(flag));
}

std::string kernel_name(event_mask event)
{
  return with_prefix("FAN_", to_string(event));
}

std::string kernel_name(mark_target target)
{
  return with_prefix("FAN_MARK_", to_string(target));
}

std::string kernel_name(mark_flags flag)
{
  return with_prefix("FAN_MARK_", to_string(flag));
}

std::string kernel_name(const response& form)
{
  if (form.error() != 0) // "deny(EBUSY)"
  {
    return "FAN_DENY_ERRNO" + to_string(form).substr(std::string_view("deny").size());
  }
  return with_prefix("FAN_", to_string(form.flags()));
}

} // namespace fanio::tool
