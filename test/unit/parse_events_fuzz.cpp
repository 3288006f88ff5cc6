// Events with random damage: whatever the bytes, nothing is read out of bounds and nothing loops.
// Worth the most under AddressSanitizer, UndefinedBehaviorSanitizer and valgrind.

#include "support/parsed_events.hpp"
#include "support/printing.hpp"
#include <fanio/event.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

using fanio::errc;
using fanio::init_flags;
using test::byte_vector;
using test::parsed_events;

namespace {

/// Damages bytes, the same way in every run.
class mutator
{
public:
  explicit mutator(std::vector<byte_vector> corpus) : corpus_(std::move(corpus)) {}

  byte_vector next()
  {
    auto bytes = pick();
    for (auto times = below(4); times > 0; --times)
    {
      append(bytes, pick());
    }
    for (auto times = 1 + below(4); times > 0 && !bytes.empty(); --times)
    {
      damage(bytes);
    }
    return bytes;
  }

  std::size_t below(std::size_t end) { return random_() % end; }

private:
  const byte_vector& pick() { return corpus_[below(corpus_.size())]; }

  static void append(byte_vector& to, const byte_vector& from)
  {
    to.insert(to.end(), from.begin(), from.end());
  }

  void damage(byte_vector& bytes)
  {
    const auto at = below(bytes.size());
    switch (below(7))
    {
    case 0: // one bit
      bytes[at] ^= std::byte{1} << below(8);
      break;
    case 1: // one byte
      bytes[at] = static_cast<std::byte>(random_());
      break;
    case 2: // a length
      overwrite(bytes, at & ~std::size_t{1}, static_cast<std::uint16_t>(extreme()));
      break;
    case 3: // a length, a number of bytes, a descriptor
      overwrite(bytes, at & ~std::size_t{3}, static_cast<std::uint32_t>(extreme()));
      break;
    case 4: // cut off
      bytes.resize(at);
      break;
    case 5: // a hole
      bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                  bytes.begin() +
                      static_cast<std::ptrdiff_t>(std::min(bytes.size(), at + 1 + below(32))));
      break;
    default: // something in between
      bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), 1 + below(32),
                   static_cast<std::byte>(random_()));
    }
  }

  template <typename T>
  static void overwrite(byte_vector& bytes, std::size_t at, T value)
  {
    if (at + sizeof value <= bytes.size())
    {
      test::poke(bytes, at, value);
    }
  }

  /// Numbers at which lengths and sums of lengths go wrong.
  std::uint64_t extreme()
  {
    constexpr auto extremes = std::to_array<std::uint64_t>(
        {0,      1,      3,      4,           8,           12,          20,         21,
         23,     24,     25,     28,          52,          0x7f,        0x80,       0xff,
         0x7fff, 0xfffc, 0xffff, 0x7fff'ffff, 0xffff'ffec, 0xffff'fffc, 0xffff'ffff});
    return extremes[below(extremes.size())];
  }

  std::vector<byte_vector> corpus_;
  std::mt19937_64 random_{20260101};
};

} // namespace

BOOST_AUTO_TEST_SUITE(damaged_events)

BOOST_AUTO_TEST_CASE(damaged_events_are_parsed_or_refused)
{
  constexpr auto groups = std::to_array({init_flags{}, init_flags::report_dir_fid});
  mutator mutations(test::one_event_of_every_form());
  std::size_t good = 0;
  std::size_t refused = 0;
  std::size_t events = 0;
  for (int i = 0; i < 200'000; ++i)
  {
    const auto bytes = mutations.next();
    const parsed_events parsed(bytes, groups[mutations.below(2)], mutations.below(8));

    const bool is_whole = parsed.events().bytes().size() == bytes.size();
    const bool is_known_error =
        parsed.error() == errc::malformed_event || parsed.error() == errc::unsupported_version;
    BOOST_REQUIRE(is_whole ? !parsed.error() : is_known_error);
    ++(is_whole ? good : refused);

    for (const fanio::event_view e : parsed.events())
    {
      static_cast<void>(test::look_at_everything(e));
      const auto taken = e.take();
      BOOST_REQUIRE(std::ranges::equal(taken.bytes(), e.bytes()));
      ++events;
    }
  }
  // So that it is neither all good nor all bad.
  BOOST_TEST(good > 20'000U);
  BOOST_TEST(refused > 20'000U);
  BOOST_TEST(events > 100'000U);
}

BOOST_AUTO_TEST_SUITE_END()
