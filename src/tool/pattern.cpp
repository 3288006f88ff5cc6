#include "pattern.hpp"

#include <algorithm>
#include <cstddef>
#include <re2/re2.h>
#include <stdexcept>

namespace fanio::tool {

namespace {

re2::StringPiece piece(std::string_view text)
{
  return {text.data(), text.size()};
}

/// Latin-1 takes every byte for a character, so that no name is beyond what can be matched.
re2::RE2::Options options()
{
  re2::RE2::Options chosen(re2::RE2::Latin1);
  chosen.set_log_errors(false);
  chosen.set_dot_nl(true);
  chosen.set_never_capture(true);
  return chosen;
}

/// Cuts a class off a glob, "[!a-z]" with what follows it, and translates it.
std::string take_class(std::string_view& glob)
{
  std::size_t at = 1;
  const bool is_negated = at < glob.size() && (glob[at] == '!' || glob[at] == '^');
  at += is_negated ? 1 : 0;
  const auto first = at;
  std::string members;
  for (; at < glob.size() && (glob[at] != ']' || at == first); ++at)
  {
    const char c = glob[at];
    members += c == '\\' || c == '[' || c == ']' || c == '^' ? "\\" : "";
    members += c;
  }
  if (at >= glob.size())
  {
    throw std::invalid_argument("a [ has no ]: write \\[ for one that is meant");
  }
  glob.remove_prefix(at + 1);
  return (is_negated ? "[^" : "[") + members + "]";
}

/// One UTF-8 character, or a byte that belongs to none. Not a slash, where that separates.
std::string one_character(bool has_parts)
{
  return R"((?:[\xc0-\xff][\x80-\xbf]+|)" + std::string(has_parts ? "[^/]" : ".") + ")";
}

std::string take_stars(std::string_view& glob, bool has_parts)
{
  const auto count = std::min(glob.find_first_not_of('*'), glob.size());
  glob.remove_prefix(count);
  if (!has_parts)
  {
    return ".*";
  }
  // "a/**/b" is also "a/b".
  const bool is_directories = count > 1 && glob.starts_with('/');
  glob.remove_prefix(is_directories ? 1 : 0);
  return is_directories ? "(?:.*/)?" : count > 1 ? ".*" : "[^/]*";
}

std::string take_literal(std::string_view& glob)
{
  glob.remove_prefix(glob.size() > 1 && glob.front() == '\\' ? 1 : 0);
  const auto literal = re2::RE2::QuoteMeta(piece(glob.substr(0, 1)));
  glob.remove_prefix(1);
  return literal;
}

std::string translate(std::string_view glob, bool has_parts)
{
  std::string expression;
  while (!glob.empty())
  {
    if (glob.front() == '*')
    {
      expression += take_stars(glob, has_parts);
    }
    else if (glob.front() == '?')
    {
      expression += one_character(has_parts);
      glob.remove_prefix(1);
    }
    else
    {
      expression += glob.front() == '[' ? take_class(glob) : take_literal(glob);
    }
  }
  return expression;
}

} // namespace

pattern::pattern(const std::string& expression, bool is_whole)
    : expression_(std::make_shared<re2::RE2>(expression, options())),
      is_whole_(is_whole)
{
  if (!expression_->ok())
  {
    throw std::invalid_argument(expression_->error());
  }
}

pattern pattern::path_glob(std::string_view glob)
{
  const bool is_name = glob.find('/') == std::string_view::npos;
  return {(is_name ? "(?:.*/)?" : "") + translate(glob, true), true};
}

pattern pattern::word_glob(std::string_view glob)
{
  return {translate(glob, false), true};
}

pattern pattern::expression(std::string_view text)
{
  return {std::string(text), false};
}

bool pattern::matches(std::string_view name) const
{
  return is_whole_ ? re2::RE2::FullMatch(piece(name), *expression_)
                   : re2::RE2::PartialMatch(piece(name), *expression_);
}

bool pattern_filter::admits(std::string_view name) const
{
  const auto matches = [name](const pattern& p) { return p.matches(name); };
  return (include.empty() || std::ranges::any_of(include, matches)) &&
         std::ranges::none_of(exclude, matches);
}

} // namespace fanio::tool
