#pragma once

#include <fanio/detail/flag_set.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace fanio {

/// The answer to a permission event, without extras.
enum class verdict : std::uint32_t
{
  allow = 0x1,
  deny = 0x2,
};

/// "allow", "deny", else the number.
[[nodiscard]] FANIO_API std::string to_string(verdict v);

/// Reads what `to_string` writes, in any case, also "FAN_ALLOW". *Errors*:
/// `errc::unknown_flag_name`.
[[nodiscard]] FANIO_API verdict parse_verdict(std::string_view text, error_code& ec);

/// The bits of a response word (FAN_ALLOW and so on). An errno may stand in bits 24 to 31.
enum class response_flags : std::uint32_t
{
  allow = 0x1,
  deny = 0x2,
  audit = 0x10, ///< Have the kernel write an audit record. Needs enable_audit. 4.15
  info = 0x20,  ///< An information record follows. 6.3
};

template <>
inline constexpr bool detail::enable_flag_set<response_flags> = true;

/// How far an audit rule trusted a subject or an object.
enum class audit_trust : std::uint32_t
{
  no = 0,
  yes = 1,
  unknown = 2,
};

/// "no", "yes", "unknown", else the number.
[[nodiscard]] FANIO_API std::string to_string(audit_trust trust);

/// Reads what `to_string` writes, in any case. *Errors*: `errc::unknown_flag_name`.
[[nodiscard]] FANIO_API audit_trust parse_audit_trust(std::string_view text, error_code& ec);

/// Which rule led to a response: written to the audit record (FAN_RESPONSE_INFO_AUDIT_RULE). 6.3
struct audit_rule
{
  std::uint32_t number = 0;
  audit_trust subject = audit_trust::unknown;
  audit_trust object = audit_trust::unknown;

  friend constexpr bool operator==(const audit_rule&, const audit_rule&) = default;
};

/// The answer to a permission event: allow or deny, maybe with an errno for the asker, maybe with
/// an audit record. A small value.
///
/// What the running kernel and the group do not take (an errno outside pre-content groups, audit
/// without `enable_audit`) is not refused: the bare verdict is sent instead, for else the asker
/// would stay blocked. `basic_fanotify_handle::accepts` tells beforehand.
///
/// *Example*: `response::deny(EBUSY).audit()`
class response
{
public:
  /// Implicit, so that a verdict can stand wherever a response is wanted.
  constexpr response(verdict v) noexcept // NOLINT(google-explicit-constructor)
      : word_(static_cast<std::uint32_t>(v))
  {}

  [[nodiscard]] static constexpr response allow() noexcept { return verdict::allow; }

  /// The asker gets EPERM.
  [[nodiscard]] static constexpr response deny() noexcept { return verdict::deny; }

  /// The asker gets `error`. Pre-content groups, and of EPERM, EIO, EBUSY, ETXTBSY, EAGAIN,
  /// ENOSPC, EDQUOT. An errno above 255 has no place in the word: a plain deny. 6.14
  [[nodiscard]] static constexpr response deny(int error) noexcept
  {
    response r = verdict::deny;
    if (error > 0 && error <= 0xff)
    {
      r.word_ |= static_cast<std::uint32_t>(error) << 24;
    }
    return r;
  }

  /// The same, and an audit record is written if the asker is audited.
  [[nodiscard]] constexpr response audit() const noexcept
  {
    response r = *this;
    r.word_ |= to_underlying(response_flags::audit);
    return r;
  }

  /// The same, and the audit record names the rule.
  [[nodiscard]] constexpr response audit(const audit_rule& rule) const noexcept
  {
    response r = audit();
    r.word_ |= to_underlying(response_flags::info);
    r.rule_ = rule;
    return r;
  }

  /// Whether it is an allow; else it is a deny.
  [[nodiscard]] constexpr bool allows() const noexcept
  {
    return has_any(flags(), response_flags::allow);
  }

  /// What the asker gets when denied, else 0.
  [[nodiscard]] constexpr int error() const noexcept { return static_cast<int>(word_ >> 24); }

  [[nodiscard]] constexpr response_flags flags() const noexcept
  {
    return static_cast<response_flags>(word_ & 0xffffff);
  }

  /// The rule, where `flags()` has `info`.
  [[nodiscard]] constexpr const audit_rule& rule() const noexcept { return rule_; }

  /// The word that the kernel is sent.
  [[nodiscard]] constexpr std::uint32_t word() const noexcept { return word_; }

  friend constexpr bool operator==(const response&, const response&) = default;

private:
  std::uint32_t word_;
  audit_rule rule_{};
};

/// "allow", "deny", "deny(EBUSY)", "deny|audit", "allow|audit(7,yes,unknown)".
[[nodiscard]] FANIO_API std::string to_string(const response& r);

/// Reads what `to_string` writes. *Errors*: `errc::unknown_response`; the result is then a deny.
[[nodiscard]] FANIO_API response parse_response(std::string_view text, error_code& ec);

} // namespace fanio
