#include "escape.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace fanio::tool {

namespace {

/// A kind of character: the range of its first byte and of its second; all others are tails.
struct form
{
  unsigned first_low;
  unsigned first_high;
  std::size_t length;
  unsigned second_low = 0x80;
  unsigned second_high = 0xbf;
};

/// The Unicode Standard, table 3-7: no surrogates, nothing in more bytes than needed.
constexpr std::array<form, 9> well_formed{{{0x00, 0x7f, 1},
                                           {0xc2, 0xdf, 2},
                                           {0xe0, 0xe0, 3, 0xa0, 0xbf},
                                           {0xe1, 0xec, 3},
                                           {0xed, 0xed, 3, 0x80, 0x9f},
                                           {0xee, 0xef, 3},
                                           {0xf0, 0xf0, 4, 0x90, 0xbf},
                                           {0xf1, 0xf3, 4},
                                           {0xf4, 0xf4, 4, 0x80, 0x8f}}};

/// How many bytes the character at the start of `text` has, 0 if they are not UTF-8.
std::size_t character_length(std::string_view text) noexcept
{
  const auto is_in = [text](std::size_t at, unsigned low, unsigned high)
  {
    const auto byte = static_cast<unsigned char>(text[at]);
    return byte >= low && byte <= high;
  };
  const auto starts = [&](const form& f)
  { return !text.empty() && is_in(0, f.first_low, f.first_high) && text.size() >= f.length; };

  const auto* const found = std::ranges::find_if(well_formed, starts);
  if (found == well_formed.end())
  {
    return 0;
  }
  bool is_whole = found->length < 2 || is_in(1, found->second_low, found->second_high);
  for (std::size_t at = 2; at < found->length; ++at)
  {
    is_whole = is_whole && is_in(at, 0x80, 0xbf);
  }
  return is_whole ? found->length : 0;
}

/// How many characters at the start of `text` are printable ASCII, without the backslash: what most
/// names consist of.
std::size_t plain_length(std::string_view text) noexcept
{
  const auto is_plain = [](char c) { return c >= ' ' && c <= '~' && c != '\\'; };
  return static_cast<std::size_t>(std::ranges::find_if_not(text, is_plain) - text.begin());
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

/// Calls `valid` with each character, or several plain ones at once, and `invalid` with each byte
/// that belongs to none.
template <typename Valid, typename Invalid>
void for_each_character(std::string_view bytes, const Valid& valid, const Invalid& invalid)
{
  while (!bytes.empty())
  {
    const auto plain = plain_length(bytes);
    const auto length = plain != 0 ? plain : character_length(bytes);
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
