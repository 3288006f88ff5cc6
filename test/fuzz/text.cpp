// Everything that is read from text: what is understood must read back the same when it is written.

#include "require.hpp"
#include <fanio/event_mask.hpp>
#include <fanio/file_flags.hpp>
#include <fanio/info_record.hpp>
#include <fanio/init_flags.hpp>
#include <fanio/mark_flags.hpp>
#include <fanio/response.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

using fanio::error_code;
using fuzz::require;

template <typename Parse>
void reads_back(std::string_view text, Parse parse)
{
  error_code ec;
  const auto value = parse(text, ec);
  if (!ec)
  {
    const auto written = to_string(value);
    require(parse(written, ec) == value);
    require(!ec);
  }
}

template <typename Flags>
void flags(std::string_view text)
{
  reads_back(text,
             [](std::string_view t, error_code& ec) { return fanio::parse_flags<Flags>(t, ec); });
}

using parser = void (*)(std::string_view);

constexpr std::array<parser, 10> parsers{
    flags<fanio::event_mask>,
    flags<fanio::init_flags>,
    flags<fanio::mark_flags>,
    flags<fanio::file_flags>,
    flags<fanio::response_flags>,
    [](std::string_view text) { reads_back(text, fanio::parse_mark_target); },
    [](std::string_view text) { reads_back(text, fanio::parse_verdict); },
    [](std::string_view text) { reads_back(text, fanio::parse_audit_trust); },
    [](std::string_view text) { reads_back(text, fanio::parse_response); },
    [](std::string_view text) { reads_back(text, fanio::parse_info_type); },
};

} // namespace

/// The first byte says which parser.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  if (size > 0)
  {
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    parsers[data[0] % parsers.size()](text);
  }
  return 0;
}
