#pragma once

#include <fanio/init_flags.hpp>

#include <cstddef>
#include <map>
#include <span>
#include <vector>

namespace fuzz {

/// A kernel that has one group: it stands in place of the library's sys.cpp. What is queued is what
/// the next read brings, and every descriptor and every answer is counted.
struct fake_kernel
{
  fanio::init_flags flags{};
  std::vector<std::byte> queue;
  int failing_write = 0; ///< The how manieth write fails; 0: none.
  int write_error = 0;

  std::map<int, int> open;     ///< How often each number is open.
  std::map<int, int> requests; ///< How often each number was read as a request.
  std::map<int, int> answers;  ///< How often each was answered.

  void deliver(std::span<const std::byte> bytes);
  void take_answer(std::span<const std::byte> bytes);
};

/// The one that the library talks to.
fake_kernel& kernel();

/// No event of a real kernel has a descriptor of this number or above.
inline constexpr int most_descriptors = 4096;

/// The descriptor of its group.
inline constexpr int group_fd = 1 << 30;

} // namespace fuzz
