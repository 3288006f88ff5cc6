#include "support/event_bytes.hpp"
#include <fanio/file_handle.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

using fanio::file_handle_view;
using fanio::fsid;
using test::byte_vector;
using test::make_handle;

namespace {

constexpr fsid some_fs{{1, 2}};

/// Handles that differ each from the next in one thing only, in ascending order.
std::vector<fanio::file_handle> ascending_handles()
{
  const byte_vector a(8, std::byte{0x0a});
  const byte_vector b(8, std::byte{0xf0});
  const byte_vector longer(9, std::byte{0x0a});
  return {
      fanio::file_handle({{{-1, 2}}, 9, b}), fanio::file_handle({{{1, 1}}, 9, b}),
      fanio::file_handle({some_fs, -1, b}),  fanio::file_handle({some_fs, 1, {}}),
      fanio::file_handle({some_fs, 1, a}),   fanio::file_handle({some_fs, 1, longer}),
      fanio::file_handle({some_fs, 1, b}),   fanio::file_handle({some_fs, 2, a}),
      fanio::file_handle({{{2, 0}}, 0, a}),
  };
}

} // namespace

BOOST_AUTO_TEST_SUITE(file_handles)

BOOST_AUTO_TEST_CASE(a_handle_is_a_value)
{
  static_assert(std::is_nothrow_copy_constructible_v<fanio::file_handle>);
  static_assert(std::is_nothrow_copy_assignable_v<fanio::file_handle>);
  static_assert(std::is_trivially_copyable_v<file_handle_view>);
  static_assert(!std::is_convertible_v<file_handle_view, fanio::file_handle>); // it copies
  BOOST_TEST((std::is_convertible_v<const fanio::file_handle&, file_handle_view>));
}

BOOST_AUTO_TEST_CASE(a_new_handle_names_nothing)
{
  for (const auto& none : {file_handle_view(), fanio::file_handle().view()})
  {
    BOOST_TEST(!none.is_valid());
    BOOST_TEST(none.type() == file_handle_view::invalid_type);
    BOOST_TEST(none.bytes().empty());
    BOOST_TEST((none.fsid() == fsid{}));
  }
  BOOST_TEST(!fanio::file_handle().is_valid());
}

BOOST_AUTO_TEST_CASE(a_handle_has_a_copy_of_the_bytes)
{
  byte_vector bytes = test::from_hex("0102030405");
  const fanio::file_handle handle({some_fs, 0x81, bytes});
  bytes.assign(5, std::byte{0});
  BOOST_TEST(std::ranges::equal(handle.bytes(), test::from_hex("0102030405")));
  BOOST_TEST(handle.type() == 0x81);
  BOOST_TEST((handle.fsid() == some_fs));
}

BOOST_AUTO_TEST_CASE(a_handle_and_its_view_are_equal)
{
  const auto handle = make_handle(7);
  BOOST_TEST((handle.view() == handle));
  BOOST_TEST((fanio::file_handle(handle.view()) == handle));
  BOOST_TEST((handle.view().bytes().data() == handle.bytes().data()));
}

BOOST_AUTO_TEST_CASE(handles_differ_by_filesystem_type_length_and_bytes)
{
  const auto handles = ascending_handles();
  for (std::size_t i = 0; i < handles.size(); ++i)
  {
    for (std::size_t j = 0; j < handles.size(); ++j)
    {
      BOOST_TEST((handles[i] == handles[j]) == (i == j), i << ", " << j);
      BOOST_TEST((handles[i].view() == handles[j].view()) == (i == j), i << ", " << j);
    }
  }
}

BOOST_AUTO_TEST_CASE(handles_are_ordered_by_filesystem_type_and_bytes)
{
  const auto handles = ascending_handles();
  for (std::size_t i = 0; i < handles.size(); ++i)
  {
    for (std::size_t j = 0; j < handles.size(); ++j)
    {
      BOOST_TEST(((handles[i] <=> handles[j]) == (i <=> j)), i << ", " << j);
      BOOST_TEST(((handles[i].view() <=> handles[j].view()) == (i <=> j)), i << ", " << j);
    }
  }
  const std::set<fanio::file_handle> sorted(handles.rbegin(), handles.rend());
  BOOST_TEST(std::ranges::equal(sorted, handles));
}

// A handle left behind longer bytes of an assigned one must not show.
BOOST_AUTO_TEST_CASE(assignment_forgets_the_old_bytes)
{
  fanio::file_handle handle({some_fs, 1, byte_vector(128, std::byte{0xff})});
  handle = make_handle(7);
  BOOST_TEST((handle == make_handle(7)));
  BOOST_TEST(handle.bytes().size() == 8U);
}

BOOST_AUTO_TEST_CASE(handles_of_up_to_the_kernels_limit_fit)
{
  for (std::size_t length = 0; length <= fanio::file_handle::max_bytes; ++length)
  {
    const byte_vector bytes(length, std::byte{0xab});
    const fanio::file_handle handle({some_fs, 1, bytes});
    BOOST_TEST(std::ranges::equal(handle.bytes(), bytes));
    BOOST_TEST(handle.is_valid() == (length > 0));
  }
}

BOOST_AUTO_TEST_CASE(a_handle_longer_than_the_kernels_limit_throws)
{
  for (const std::size_t length : {std::size_t{129}, std::size_t{65515}})
  {
    const byte_vector bytes(length);
    const file_handle_view too_long(some_fs, 1, bytes);
    BOOST_CHECK_THROW(fanio::file_handle{too_long}, std::length_error);
  }
}

// FILEID_INVALID, in an fs_error event that is about no inode.
BOOST_AUTO_TEST_CASE(the_invalid_type_and_no_bytes_name_nothing)
{
  const byte_vector bytes(8);
  BOOST_TEST(!file_handle_view(some_fs, 0xff, bytes).is_valid());
  BOOST_TEST(!file_handle_view(some_fs, 0xff, {}).is_valid());
  BOOST_TEST(!file_handle_view(some_fs, 1, {}).is_valid());
  BOOST_TEST(file_handle_view(some_fs, 1, bytes).is_valid());
  BOOST_TEST(file_handle_view(some_fs, 0x1'0001, bytes).is_valid()); // AT_HANDLE_CONNECTABLE
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(file_handle_hash)

BOOST_AUTO_TEST_CASE(equal_handles_have_equal_hashes)
{
  for (std::size_t length = 0; length <= fanio::file_handle::max_bytes; ++length)
  {
    const byte_vector bytes(length, std::byte{0xab});
    const fanio::file_handle handle({some_fs, 1, bytes});
    const test::placed_bytes elsewhere(bytes, length % 8); // also at another alignment
    const file_handle_view view(some_fs, 1, elsewhere);
    BOOST_TEST(std::hash<fanio::file_handle>()(handle) == std::hash<file_handle_view>()(view));
    BOOST_TEST(hash_value(view) == std::hash<file_handle_view>()(view));
  }
}

BOOST_AUTO_TEST_CASE(the_hash_depends_on_everything)
{
  std::unordered_set<std::size_t> hashes;
  const auto handles = ascending_handles();
  for (const auto& handle : handles)
  {
    hashes.insert(hash_value(handle));
  }
  BOOST_TEST(hashes.size() == handles.size());
}

// Every bit of a handle counts, also of its last, incomplete word.
BOOST_AUTO_TEST_CASE(the_hash_depends_on_every_bit)
{
  byte_vector bytes(13);
  std::unordered_set<std::size_t> hashes{fanio::hash_value({some_fs, 1, bytes})};
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit)
  {
    const auto flip = std::byte{1} << static_cast<int>(bit % 8);
    bytes[bit / 8] ^= flip;
    BOOST_TEST(hashes.insert(fanio::hash_value({some_fs, 1, bytes})).second, "bit " << bit);
    bytes[bit / 8] ^= flip;
  }
}

BOOST_AUTO_TEST_CASE(sequential_inodes_do_not_collide)
{
  constexpr std::uint32_t count = 10'000;
  std::unordered_set<std::size_t> hashes;
  std::array<std::uint32_t, 256> by_lowest_byte{};
  for (std::uint32_t inode = 0; inode < count; ++inode)
  {
    const auto hash = hash_value(make_handle(inode));
    hashes.insert(hash);
    ++by_lowest_byte[hash & 0xff];
  }
  BOOST_TEST(hashes.size() == count);
  // 39 on average; a table of a power of two buckets looks at the lowest bits only.
  const auto [least, most] = std::ranges::minmax(by_lowest_byte);
  BOOST_TEST(least > 10U);
  BOOST_TEST(most < 90U);
}

BOOST_AUTO_TEST_CASE(handles_are_keys)
{
  std::unordered_map<fanio::file_handle, std::uint32_t> inodes;
  for (std::uint32_t inode = 0; inode < 1000; ++inode)
  {
    inodes.emplace(make_handle(inode), inode);
  }
  for (std::uint32_t inode = 0; inode < 1000; ++inode)
  {
    BOOST_TEST(inodes.at(make_handle(inode)) == inode);
  }
  BOOST_TEST(!inodes.contains(make_handle(1000)));
  BOOST_TEST(!inodes.contains(make_handle(1, {{9, 9}})));
}

BOOST_AUTO_TEST_SUITE_END()
