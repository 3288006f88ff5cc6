#include "posix_pattern.hpp"

#include "escape.hpp"

#include <re2/re2.h>
#include <stdexcept>

namespace fanio::tool {

namespace {

/// The length of the class, collating symbol or equivalence class that `text` begins with,
/// "[:alpha:]"; 0 if it begins with none.
std::size_t class_length(std::string_view text) noexcept
{
  if (text.size() < 4 || text[0] != '[' || (text[1] != ':' && text[1] != '.' && text[1] != '='))
  {
    return 0;
  }
  const char closing[] = {text[1], ']'};
  const auto end = text.find(std::string_view(closing, 2), 2);
  return end == std::string_view::npos ? 0 : end + 2;
}

/// Appends the bracket expression that `text` begins with, and returns its length. In it a
/// backslash is a character like others.
std::size_t translate_bracket(std::string_view text, std::string& out)
{
  std::size_t at = 1;
  out += '[';
  if (at < text.size() && text[at] == '^')
  {
    out += text[at++];
  }
  for (const auto first = at; at < text.size() && (text[at] != ']' || at == first);)
  {
    if (const auto length = class_length(text.substr(at)); length != 0)
    {
      if (text[at + 1] != ':')
      {
        throw std::invalid_argument("[.x.] and [=x=] are not known");
      }
      out += text.substr(at, length);
      at += length;
      continue;
    }
    const bool is_special = text[at] == '\\' || text[at] == '[' || text[at] == ']';
    out += is_special ? "\\" : "";
    out += text[at++];
  }
  if (at == text.size())
  {
    throw std::invalid_argument("a [ has no ]");
  }
  out += ']';
  return at + 1;
}

/// What stands behind a backslash outside of brackets.
std::string translate_escape(char c)
{
  switch (c)
  {
  case '<':
  case '>':
    return "\\b";
  case '`':
    return "\\A";
  case '\'':
    return "\\z";
  case 'b':
  case 'B':
  case 'w':
  case 'W':
  case 's':
  case 'S':
    return {'\\', c};
  default:
    break;
  }
  if (c >= '1' && c <= '9')
  {
    throw std::invalid_argument("back references (\\1) are not known");
  }
  return re2::RE2::QuoteMeta(std::string(1, c));
}

/// The length of the count that `text` begins with, "{2,3}"; 0 if that is none.
std::size_t count_length(std::string_view text) noexcept
{
  const auto end = text.find_first_not_of("0123456789,", 1);
  const auto inner = text.substr(1, end == std::string_view::npos ? 0 : end - 1);
  const bool is_count = end != std::string_view::npos && text[end] == '}' && !inner.empty() &&
                        inner != "," && inner.find(',') == inner.rfind(',');
  return is_count ? end + 1 : 0;
}

/// Appends the count that `text` begins with, and returns its length.
std::size_t translate_count(std::string_view text, std::string& out)
{
  const auto length = count_length(text);
  if (length == 0)
  {
    throw std::invalid_argument("a { begins no count as {2,3}: write \\{ for one that is meant");
  }
  const auto count = text.substr(0, length);
  out += count.starts_with("{,") ? "{0" : "{";
  out += count.substr(1);
  return length;
}

} // namespace

std::string translate_posix(std::string_view expression)
{
  std::string out;
  for (std::size_t at = 0; at < expression.size();)
  {
    const auto rest = expression.substr(at);
    if (rest.front() == '[')
    {
      at += translate_bracket(rest, out);
    }
    else if (rest.front() == '{')
    {
      at += translate_count(rest, out);
    }
    else if (rest.front() == '\\')
    {
      if (rest.size() == 1)
      {
        throw std::invalid_argument("a backslash is the last character");
      }
      out += translate_escape(rest[1]);
      at += 2;
    }
    else
    {
      out += rest.front();
      ++at;
    }
  }
  return out;
}

posix_pattern::posix_pattern(std::string_view expression, bool ignores_case)
{
  const auto refuse = [expression](const std::string& why)
  {
    throw std::invalid_argument("'" + escape(expression) +
                                "': no extended regular expression: " + why);
  };
  re2::RE2::Options options;
  options.set_encoding(re2::RE2::Options::EncodingLatin1);
  options.set_posix_syntax(true);
  options.set_perl_classes(true);
  options.set_word_boundary(true);
  options.set_one_line(true);
  options.set_dot_nl(true);
  options.set_never_capture(true);
  options.set_case_sensitive(!ignores_case);
  options.set_log_errors(false);
  std::string text;
  try
  {
    text = translate_posix(expression);
  }
  catch (const std::invalid_argument& e)
  {
    refuse(e.what());
  }
  expression_ = std::make_shared<const re2::RE2>(text, options);
  if (!expression_->ok())
  {
    refuse(expression_->error());
  }
}

bool posix_pattern::is_in(std::string_view name) const
{
  return re2::RE2::PartialMatch(re2::StringPiece(name.data(), name.size()), *expression_);
}

} // namespace fanio::tool
