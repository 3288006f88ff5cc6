// From the bytes of a read to the answers and closed descriptors, in any order of what a program
// may do: every request is answered once, every descriptor closed once, whatever the events say.

#include "fake_kernel.hpp"
#include "require.hpp"
#include <fanio/detail/buffer_state.hpp>
#include <fanio/detail/respond.hpp>
#include <fanio/event.hpp>
#include <fanio/parse_events.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fuzzer/FuzzedDataProvider.h>
#include <memory>
#include <vector>

namespace {

using fanio::detail::buffer_state;
using fanio::detail::group_state;
using fuzz::kernel;
using fuzz::require;

fanio::response any_response(FuzzedDataProvider& in)
{
  auto answer = in.ConsumeBool() ? fanio::response::allow()
                                 : fanio::response::deny(in.ConsumeIntegral<std::uint8_t>());
  if (in.ConsumeBool())
  {
    answer = answer.audit();
  }
  return in.ConsumeBool() ? answer.audit({.number = in.ConsumeIntegral<std::uint32_t>()}) : answer;
}

/// A program's life with one group.
class program
{
public:
  explicit program(FuzzedDataProvider& in) : in_(in)
  {
    kernel() = {};
    kernel().flags = static_cast<fanio::init_flags>(in.ConsumeIntegral<std::uint16_t>());
    if (in.ConsumeBool())
    {
      constexpr std::array errors{EINVAL, ENOENT, EIO, EINTR};
      kernel().failing_write = in.ConsumeIntegralInRange(1, 20);
      kernel().write_error = in.PickValueInArray(errors);
    }
    fails_ = kernel().failing_write != 0;
    const fanio::permission_policy policy{
        .default_verdict = in.ConsumeBool() ? fanio::verdict::deny : fanio::verdict::allow,
        .allow_own_process = in.ConsumeBool(),
        .reserved_descriptors = in.ConsumeIntegralInRange<std::size_t>(0, 3)};
    group_ = std::make_shared<group_state>(fuzz::group_fd, kernel().flags, policy);
    buffer_ = std::make_unique<buffer_state>(in.ConsumeIntegralInRange<std::size_t>(0, 2048));
  }

  void live()
  {
    while (in_.remaining_bytes() > 0)
    {
      read();
      for (const auto e : buffer_->events())
      {
        handle(e);
      }
      if (in_.ConsumeBool())
      {
        fanio::error_code ignored;
        const auto answer = any_response(in_);
        auto events = buffer_->events();
        fanio::detail::respond_all(group_.get(), events, answer, ignored);
      }
    }
  }

  /// In any order; then nothing may be left.
  void end()
  {
    queue_more();
    if (in_.ConsumeBool())
    {
      taken_.clear();
    }
    if (in_.ConsumeBool())
    {
      buffer_.reset();
    }
    group_->end();
    buffer_.reset();
    taken_.clear();
    descriptors_.clear();
    group_.reset();

    require(kernel().open.empty());
    for (const auto& [fd, times] : kernel().requests)
    {
      // No kernel gives two events the same number, or one above the limit.
      const bool is_real = times == 1 && fd < fuzz::most_descriptors;
      require(!is_permission_class(kernel().flags) || fails_ || !is_real ||
              kernel().answers[fd] == 1);
    }
  }

private:
  void queue_more()
  {
    const auto bytes = in_.ConsumeRandomLengthString(1024);
    const auto view = std::as_bytes(std::span(bytes));
    if (is_possible(view))
    {
      kernel().queue.assign(view.begin(), view.end());
    }
  }

  /// No kernel gives a pidfd where none was asked for, which the library relies on.
  static bool is_possible(std::span<const std::byte> bytes)
  {
    fanio::error_code ignored;
    return has_any(kernel().flags, fanio::init_flags::report_pidfd) ||
           std::ranges::all_of(fanio::parse_events(bytes, kernel().flags, ignored),
                               [](const fanio::event_view& e) { return e.pidfd() < 0; });
  }

  void read()
  {
    queue_more();
    buffer_->clear();
    group_->before_wait();
    fanio::error_code ignored;
    group_->read(*buffer_, ignored);
    kernel().queue.clear();
  }

  void handle(const fanio::event_view& e)
  {
    fanio::error_code ignored;
    switch (in_.ConsumeIntegralInRange(0, 5))
    {
    case 0:
      fanio::detail::respond(group_.get(), e, any_response(in_), ignored);
      break;
    case 1:
      taken_.push_back(e.take());
      break;
    case 2:
      descriptors_.push_back(e.take_fd(ignored));
      break;
    case 3:
      descriptors_.push_back(e.take_pidfd());
      break;
    case 4:
      taken_.push_back(e.take());
      fanio::detail::respond(group_.get(), taken_.back(), any_response(in_), ignored);
      break;
    default: // nothing: somebody else has to
      break;
    }
  }

  FuzzedDataProvider& in_;
  std::shared_ptr<group_state> group_;
  std::unique_ptr<buffer_state> buffer_;
  std::vector<fanio::event> taken_;
  std::vector<fanio::unique_fd> descriptors_;
  bool fails_ = false;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  FuzzedDataProvider in(data, size);
  program one(in);
  one.live();
  one.end();
  return 0;
}
