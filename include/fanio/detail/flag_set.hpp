#pragma once

#include <fanio/detail/config.hpp>

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

namespace fanio {

namespace detail {

/// Enumerations opt in: each kernel flag word has a type of its own, so that a constant of the
/// wrong word (FAN_CLOEXEC and FAN_ACCESS are both 0x1) does not compile.
template <typename T>
inline constexpr bool enable_flag_set = false;

} // namespace detail

/// An enumeration of bits of one kernel flag word. Bits that this build does not know are kept.
template <typename T>
concept flag_set = std::is_enum_v<T> && detail::enable_flag_set<T>;

/// The numeric value that the kernel is given.
template <flag_set Flags>
[[nodiscard]] constexpr auto to_underlying(Flags flags) noexcept
{
  return static_cast<std::underlying_type_t<Flags>>(flags);
}

template <flag_set Flags>
[[nodiscard]] constexpr Flags operator|(Flags a, Flags b) noexcept
{
  return static_cast<Flags>(to_underlying(a) | to_underlying(b));
}

template <flag_set Flags>
[[nodiscard]] constexpr Flags operator&(Flags a, Flags b) noexcept
{
  return static_cast<Flags>(to_underlying(a) & to_underlying(b));
}

template <flag_set Flags>
[[nodiscard]] constexpr Flags operator^(Flags a, Flags b) noexcept
{
  return static_cast<Flags>(to_underlying(a) ^ to_underlying(b));
}

template <flag_set Flags>
[[nodiscard]] constexpr Flags operator~(Flags a) noexcept
{
  return static_cast<Flags>(~to_underlying(a));
}

template <flag_set Flags>
constexpr Flags& operator|=(Flags& a, Flags b) noexcept
{
  return a = a | b;
}

template <flag_set Flags>
constexpr Flags& operator&=(Flags& a, Flags b) noexcept
{
  return a = a & b;
}

template <flag_set Flags>
constexpr Flags& operator^=(Flags& a, Flags b) noexcept
{
  return a = a ^ b;
}

/// Whether no bit is set.
template <flag_set Flags>
[[nodiscard]] constexpr bool is_empty(Flags flags) noexcept
{
  return to_underlying(flags) == 0;
}

/// Whether any bit of `wanted` is set in `flags`.
template <flag_set Flags>
[[nodiscard]] constexpr bool has_any(Flags flags, Flags wanted) noexcept
{
  return !is_empty(flags & wanted);
}

/// Whether every bit of `wanted` is set in `flags`.
template <flag_set Flags>
[[nodiscard]] constexpr bool has_all(Flags flags, Flags wanted) noexcept
{
  return (flags & wanted) == wanted;
}

namespace detail {

// What the library exports is not constrained: compilers do not agree on how that is mangled.
template <typename Flags>
[[nodiscard]] FANIO_API std::string flags_to_string(Flags flags);
template <typename Flags>
[[nodiscard]] FANIO_API Flags string_to_flags(std::string_view text, error_code& ec);
template <typename Flags>
[[nodiscard]] FANIO_API Flags string_to_flags(std::string_view text);

} // namespace detail

/// The names of the bits in the kernel's spelling, lower case and without prefix, joined by '|':
/// "open|close_write". Unknown bits follow in hexadecimal; a word without bits is "none".
///
/// Defined for every flag set of fanio.
template <flag_set Flags>
[[nodiscard]] std::string to_string(Flags flags)
{
  return detail::flags_to_string(flags);
}

/// Reads what `to_string` writes: names separated by '|', ',' or white space, in any case, with or
/// without the kernel's prefix ("FAN_OPEN", "open"), and numbers ("0x20", "32").
///
/// *Errors*: `errc::unknown_flag_name` for a word that is neither a name of this set nor a number
/// that fits it; the result is then empty. An empty text is an empty set.
template <flag_set Flags>
[[nodiscard]] Flags parse_flags(std::string_view text, error_code& ec)
{
  return detail::string_to_flags<Flags>(text, ec);
}

/// As above, and throws `boost::system::system_error`.
template <flag_set Flags>
[[nodiscard]] Flags parse_flags(std::string_view text)
{
  return detail::string_to_flags<Flags>(text);
}

} // namespace fanio
