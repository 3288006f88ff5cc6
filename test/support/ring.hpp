#pragma once

#include "forked.hpp"
#include <fanio/unique_fd.hpp>

#include <atomic>
#include <cstdint>
#include <stdexcept>

#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>

namespace test {

/// What an operation of a ring ended with.
struct completion
{
  std::uint64_t id = 0;
  int result = 0;
  bool goes_on = false; ///< More of this operation will come.
};

/// An io_uring of a few entries, by its system calls alone.
class ring
{
public:
  ring()
  {
    io_uring_params params{};
    fd_.reset(static_cast<int>(::syscall(SYS_io_uring_setup, 8, &params)));
    if (!fd_ || (params.features & IORING_FEAT_SINGLE_MMAP) == 0)
    {
      throw std::runtime_error("io_uring_setup");
    }
    rings_size_ = params.cq_off.cqes + params.cq_entries * sizeof(io_uring_cqe);
    rings_ = map(rings_size_, IORING_OFF_SQ_RING);
    entries_size_ = params.sq_entries * sizeof(io_uring_sqe);
    entries_ = static_cast<io_uring_sqe*>(map(entries_size_, IORING_OFF_SQES));
    submitted_ = at(params.sq_off.tail);
    submitted_mask_ = *at(params.sq_off.ring_mask);
    order_ = at(params.sq_off.array);
    seen_ = at(params.cq_off.head);
    completed_ = at(params.cq_off.tail);
    completed_mask_ = *at(params.cq_off.ring_mask);
    completions_ = reinterpret_cast<io_uring_cqe*>(at(params.cq_off.cqes));
  }

  ring(const ring&) = delete;
  ring& operator=(const ring&) = delete;

  ~ring()
  {
    ::munmap(entries_, entries_size_);
    ::munmap(rings_, rings_size_);
  }

  /// Starts one operation.
  void submit(const io_uring_sqe& operation)
  {
    const std::uint32_t tail = *submitted_;
    const auto index = tail & submitted_mask_;
    entries_[index] = operation;
    order_[index] = index;
    std::atomic_ref(*submitted_).store(tail + 1, std::memory_order_release);
    if (::syscall(SYS_io_uring_enter, fd_.get(), 1, 0, 0, nullptr, 0) != 1)
    {
      throw std::runtime_error("io_uring_enter");
    }
  }

  /// Whether something has completed that was not looked at.
  [[nodiscard]] bool has_completion() const
  {
    // Enters the kernel, which may have to finish something on this very thread.
    ::syscall(SYS_io_uring_enter, fd_.get(), 0, 0, IORING_ENTER_GETEVENTS, nullptr, 0);
    return *seen_ != std::atomic_ref(*completed_).load(std::memory_order_acquire);
  }

  /// The next completion; fails at the deadline.
  completion next()
  {
    pollfd ready{.fd = fd_.get(), .events = POLLIN, .revents = 0};
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(deadline).count();
    BOOST_REQUIRE_MESSAGE(::poll(&ready, 1, static_cast<int>(ms)) == 1, "nothing has completed");
    BOOST_REQUIRE(has_completion());
    const io_uring_cqe& c = completions_[*seen_ & completed_mask_];
    const completion result{
        .id = c.user_data, .result = c.res, .goes_on = (c.flags & IORING_CQE_F_MORE) != 0};
    std::atomic_ref(*seen_).store(*seen_ + 1, std::memory_order_release);
    return result;
  }

private:
  void* map(std::size_t size, off_t what) const
  {
    void* const memory =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd_.get(), what);
    if (memory == MAP_FAILED)
    {
      throw std::runtime_error("mmap of a ring");
    }
    return memory;
  }

  [[nodiscard]] std::uint32_t* at(std::uint32_t offset) const
  {
    return reinterpret_cast<std::uint32_t*>(static_cast<std::byte*>(rings_) + offset);
  }

  fanio::unique_fd fd_;
  void* rings_ = nullptr;
  std::size_t rings_size_ = 0;
  io_uring_sqe* entries_ = nullptr;
  std::size_t entries_size_ = 0;
  std::uint32_t* submitted_ = nullptr;
  std::uint32_t submitted_mask_ = 0;
  std::uint32_t* order_ = nullptr;
  std::uint32_t* seen_ = nullptr;
  std::uint32_t* completed_ = nullptr;
  std::uint32_t completed_mask_ = 0;
  io_uring_cqe* completions_ = nullptr;
};

/// Whether this process may have a ring.
inline boost::test_tools::assertion_result has_io_uring(boost::unit_test::test_unit_id)
{
  io_uring_params params{};
  const fanio::unique_fd one(static_cast<int>(::syscall(SYS_io_uring_setup, 1, &params)));
  boost::test_tools::assertion_result result(static_cast<bool>(one));
  result.message() << "needs io_uring, which this kernel does not have or does not let be used";
  return result;
}

} // namespace test
