#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace fanio::tool {

/// A POSIX extended regular expression, which is looked for anywhere in a name. Names are bytes,
/// and so is the expression. Matching takes time linear in the name.
///
/// What POSIX does not have is not known: no `(?i)`, no `\d`. Of the GNU extensions `\<`, `\>`,
/// `\b`,
/// `\B`, `\w`, `\W`, `\s`, `\S` are; back references (`\1`) are not.
class posix_pattern
{
public:
  /// *Errors*: throws `std::invalid_argument` with a message for the user.
  posix_pattern(std::string_view expression, bool ignores_case);

  [[nodiscard]] bool is_in(std::string_view name) const;

private:
  std::shared_ptr<const re2::RE2> expression_;
};

/// The same expression as RE2 would have it.
///
/// *Errors*: as above.
[[nodiscard]] std::string translate_posix(std::string_view expression);

} // namespace fanio::tool
