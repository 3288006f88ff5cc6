#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace fanio::tool {

/// What a name may look like. Names are bytes, and so are patterns: a letter beyond ASCII stands
/// for its bytes. Matching takes time linear in the name, whatever the pattern.
class pattern
{
public:
  /// A path: `*` stands for anything but a slash, `**` for anything, `?` for one character, `[a-z]`
  /// for one of these. Without a slash it is matched against the last name of the path, and with
  /// one against the whole.
  ///
  /// *Errors*: throws `std::invalid_argument` with a message for the user.
  [[nodiscard]] static pattern path_glob(std::string_view glob);

  /// A word that has no parts: a slash is a character like others.
  ///
  /// *Errors*: as above.
  [[nodiscard]] static pattern word_glob(std::string_view glob);

  /// A regular expression, as RE2 knows them, which is looked for anywhere.
  ///
  /// *Errors*: as above.
  [[nodiscard]] static pattern expression(std::string_view text);

  [[nodiscard]] bool matches(std::string_view name) const;

private:
  pattern(const std::string& expression, bool is_whole);

  std::shared_ptr<const re2::RE2> expression_;
  bool is_whole_;
};

/// Admits what one of some patterns matches, or everything where there are none; but nothing that
/// one of others matches.
struct pattern_filter
{
  std::vector<pattern> include;
  std::vector<pattern> exclude;

  [[nodiscard]] bool is_empty() const noexcept { return include.empty() && exclude.empty(); }

  [[nodiscard]] bool admits(std::string_view name) const;
};

} // namespace fanio::tool
