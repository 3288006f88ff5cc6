#include "escape.hpp"

#include <cstddef>

namespace fanio::tool {

namespace {

/// How many bytes the character at the start of `text` has, 0 if they are not UTF-8. The ranges are
/// those of the Unicode Standard, table 3-7: no surrogates, nothing in more bytes than needed.
std::size_t character_length(std::string_view text) noexcept
{
  const auto is_in = [text](std::size_t at, unsigned low, unsigned high)
  {
    const unsigned byte = at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
    return byte >= low && byte <= high;
  };
  const auto is_tail = [&is_in](std::size_t at) { return is_in(at, 0x80, 0xbf); };

  if (!text.empty() && is_in(0, 0x00, 0x7f))
  {
    return 1;
  }
  if (is_in(0, 0xc2, 0xdf))
  {
    return is_tail(1) ? 2 : 0;
  }
  if (is_in(0, 0xe0, 0xef))
  {
    const bool second = is_in(0, 0xe0, 0xe0)   ? is_in(1, 0xa0, 0xbf)
                        : is_in(0, 0xed, 0xed) ? is_in(1, 0x80, 0x9f)
                                               : is_tail(1);
    return second && is_tail(2) ? 3 : 0;
  }
  if (is_in(0, 0xf0, 0xf4))
  {
    const bool second = is_in(0, 0xf0, 0xf0)   ? is_in(1, 0x90, 0xbf)
                        : is_in(0, 0xf4, 0xf4) ? is_in(1, 0x80, 0x8f)
                                               : is_tail(1);
    return second && is_tail(2) && is_tail(3) ? 4 : 0;
  }
  return 0;
}

/// C0, DEL, C1 (terminals obey these too), U+2028, U+2029, and the backslash.
bool must_be_escaped(std::string_view character) noexcept
{
  if (character.size() == 1)
  {
    const auto c = static_cast<unsigned char>(character.front());
    return c < 0x20 || c == 0x7f || c == '\\';
  }
  return (character >= "\xc2\x80" && character <= "\xc2\x9f") || character == "\xe2\x80\xa8" ||
         character == "\xe2\x80\xa9";
}

void append_hex(std::string& out, std::string_view bytes)
{
  constexpr std::string_view digits = "0123456789abcdef";
  for (const char c : bytes)
  {
    const auto byte = static_cast<unsigned char>(c);
    out += "\\x";
    out += digits[byte >> 4];
    out += digits[byte & 0xf];
  }
}

/// Calls `valid` with each character, and `invalid` with each byte that belongs to none.
template <typename Valid, typename Invalid>
void for_each_character(std::string_view bytes, const Valid& valid, const Invalid& invalid)
{
  while (!bytes.empty())
  {
    const auto length = character_length(bytes);
    if (length != 0)
    {
      valid(bytes.substr(0, length));
    }
    else
    {
      invalid(bytes.substr(0, 1));
    }
    bytes.remove_prefix(length != 0 ? length : 1);
  }
}

} // namespace

std::string escape(std::string_view bytes)
{
  std::string out;
  for_each_character(
      bytes,
      [&out](std::string_view character)
      {
        if (must_be_escaped(character))
        {
          append_hex(out, character);
        }
        else
        {
          out += character;
        }
      },
      [&out](std::string_view byte) { append_hex(out, byte); });
  return out;
}

bool is_utf8(std::string_view bytes) noexcept
{
  bool valid = true;
  for_each_character(bytes, [](std::string_view) {}, [&valid](std::string_view) { valid = false; });
  return valid;
}

std::string replace_non_utf8(std::string_view bytes)
{
  std::string out;
  for_each_character(
      bytes, [&out](std::string_view character) { out += character; },
      [&out](std::string_view) { out += "\xef\xbf\xbd"; });
  return out;
}

} // namespace fanio::tool
