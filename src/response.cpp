#include <fanio/error.hpp>
#include <fanio/response.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
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

constexpr auto trust_names = std::to_array<std::string_view>({"no", "yes", "unknown"});

std::string name_of(int error)
{
  const auto found =
      std::ranges::find(error_names, error, &std::pair<std::string_view, int>::second);
  return found != error_names.end() ? std::string(found->first) : std::to_string(error);
}

std::string name_of(audit_trust trust)
{
  const auto i = static_cast<std::size_t>(trust);
  return i < trust_names.size() ? std::string(trust_names[i]) : std::to_string(i);
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text)
{
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number)
                                                                  : std::nullopt;
}

std::optional<int> parse_error(std::string_view text)
{
  const auto found = std::ranges::find(error_names, text, &std::pair<std::string_view, int>::first);
  const auto error = found != error_names.end() ? found->second : parse_number<int>(text);
  return error && *error > 0 && *error <= 0xff ? error : std::nullopt;
}

std::optional<audit_trust> parse_trust(std::string_view text)
{
  const auto found = std::ranges::find(trust_names, text);
  return found != trust_names.end()
             ? std::optional(static_cast<audit_trust>(found - trust_names.begin()))
             : std::nullopt;
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

std::optional<response> parse_verdict(std::string_view text)
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
  const auto number = parse_number<std::uint32_t>(cut(*inner, ','));
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
    text.append(",").append(name_of(r.rule().subject));
    text.append(",").append(name_of(r.rule().object)).append(")");
  }
  return text;
}

response parse_response(std::string_view text, error_code& ec)
{
  ec = {};
  auto rest = text;
  auto parsed = parse_verdict(cut(rest, '|'));
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
