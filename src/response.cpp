#include "value_names.hpp"
#include <fanio/error.hpp>
#include <fanio/response.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string>

namespace fanio {

namespace {

/// What the kernel lets a group deny with.
constexpr auto error_names = std::to_array<std::pair<std::string_view, int>>({
    {"EPERM", EPERM},
    {"EIO", EIO},
    {"EAGAIN", EAGAIN},
    {"EBUSY", EBUSY},
    {"ETXTBSY", ETXTBSY},
    {"ENOSPC", ENOSPC},
    {"EDQUOT", EDQUOT},
});

std::string name_of(int error)
{
  const auto found =
      std::ranges::find(error_names, error, &std::pair<std::string_view, int>::second);
  return found != error_names.end() ? std::string(found->first) : std::to_string(error);
}

std::optional<int> parse_error(std::string_view text)
{
  const auto found = std::ranges::find(error_names, text, &std::pair<std::string_view, int>::first);
  const auto error = found != error_names.end() ? found->second : detail::parse_number<int>(text);
  return error && *error > 0 && *error <= 0xff ? error : std::nullopt;
}

std::optional<audit_trust> parse_trust(std::string_view text)
{
  error_code unknown;
  const auto trust = parse_audit_trust(text, unknown);
  return unknown ? std::nullopt : std::optional(trust);
}

/// Cuts off and returns what stands before `separator`, or all.
std::string_view cut(std::string_view& text, char separator)
{
  const auto head = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(head.size() + 1, text.size()));
  return head;
}

/// The text between `head` and a closing bracket: "deny(EIO)" gives "EIO".
std::optional<std::string_view> argument(std::string_view text, std::string_view head)
{
  if (!text.starts_with(head) || !text.ends_with(')') || text.size() <= head.size() + 1 ||
      text[head.size()] != '(')
  {
    return std::nullopt;
  }
  return text.substr(head.size() + 1, text.size() - head.size() - 2);
}

std::optional<response> parse_decision(std::string_view text)
{
  if (text == "allow")
  {
    return response::allow();
  }
  if (text == "deny")
  {
    return response::deny();
  }
  if (const auto inner = argument(text, "deny"))
  {
    if (const auto error = parse_error(*inner))
    {
      return response::deny(*error);
    }
  }
  return std::nullopt;
}

std::optional<response> parse_audit(const response& r, std::string_view text)
{
  if (text == "audit")
  {
    return r.audit();
  }
  auto inner = argument(text, "audit");
  if (!inner)
  {
    return std::nullopt;
  }
  const auto number = detail::parse_number<std::uint32_t>(cut(*inner, ','));
  const auto subject = parse_trust(cut(*inner, ','));
  const auto object = parse_trust(*inner);
  return number && subject && object
             ? std::optional(r.audit({.number = *number, .subject = *subject, .object = *object}))
             : std::nullopt;
}

} // namespace

std::string to_string(const response& r)
{
  std::string text = r.allows() ? "allow" : "deny";
  if (r.error() != 0)
  {
    text.append("(").append(name_of(r.error())).append(")");
  }
  if (has_any(r.flags(), response_flags::audit))
  {
    text += "|audit";
  }
  if (has_any(r.flags(), response_flags::info))
  {
    text.append("(").append(std::to_string(r.rule().number));
    text.append(",").append(to_string(r.rule().subject));
    text.append(",").append(to_string(r.rule().object)).append(")");
  }
  return text;
}

response parse_response(std::string_view text, error_code& ec)
{
  ec = {};
  auto rest = text;
  auto parsed = parse_decision(cut(rest, '|'));
  const bool has_more = text.find('|') != std::string_view::npos;
  if (parsed && has_more)
  {
    parsed = parse_audit(*parsed, rest);
  }
  if (!parsed)
  {
    ec = errc::unknown_response;
  }
  return parsed.value_or(response::deny());
}

} // namespace fanio
