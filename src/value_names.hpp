#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

/// Names of values of the kernel, and back: what flag sets and single values have in common.
namespace fanio::detail {

template <typename T>
struct named_value
{
  std::string_view name;
  T value;
};

inline std::string to_hex(std::uint64_t number)
{
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.begin(), digits.end(), number, 16).ptr;
  return "0x" + std::string(digits.begin(), end);
}

inline std::string lower_case(std::string_view text)
{
  std::string lower(text);
  for (char& c : lower)
  {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return lower;
}

/// Decimal, or hexadecimal with "0x" in front.
template <typename Number>
std::optional<Number> parse_number(std::string_view text)
{
  const bool is_hex = text.starts_with("0x");
  text.remove_prefix(is_hex ? 2 : 0);
  Number number{};
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, is_hex ? 16 : 10);
  return error == std::errc() && end == text.data() + text.size() && !text.empty()
             ? std::optional(number)
             : std::nullopt;
}

/// The name of a value, else its number.
template <typename T>
std::string name_of(std::span<const named_value<T>> names, T value)
{
  const auto found = std::ranges::find(names, value, &named_value<T>::value);
  return found != names.end() ? std::string(found->name)
                              : to_hex(static_cast<std::uint64_t>(value));
}

/// The value of a name, in any case and with or without the kernel's prefix, or of a number.
template <typename T>
std::optional<T> value_of(std::span<const named_value<T>> names, std::string_view prefix,
                          std::string_view text)
{
  const auto lower = lower_case(text);
  auto name = std::string_view(lower);
  if (const auto number = parse_number<std::underlying_type_t<T>>(name))
  {
    return static_cast<T>(*number);
  }
  if (name.starts_with(prefix))
  {
    name.remove_prefix(prefix.size());
  }
  const auto found = std::ranges::find(names, name, &named_value<T>::name);
  return found != names.end() ? std::optional(found->value) : std::nullopt;
}

} // namespace fanio::detail
