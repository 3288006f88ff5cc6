#pragma once

#include <fanio/unique_fd.hpp>

#include <functional>
#include <optional>

#include <signal.h>

namespace fanio::tool {

/// Holds back the signals that ask a process to end (SIGHUP, SIGINT, SIGTERM; not those that it
/// ignores), so that it can tidy up. What came meanwhile comes at the end of its life.
class held_signals
{
public:
  /// *Errors*: throws where there is no descriptor to be had.
  held_signals();

  held_signals(const held_signals&) = delete;
  held_signals& operator=(const held_signals&) = delete;

  ~held_signals() { let_go(); }

  /// Readable once one came.
  [[nodiscard]] int descriptor() const noexcept { return descriptor_.get(); }

  void let_go() const noexcept;

private:
  sigset_t before_{};
  unique_fd descriptor_;
};

/// Does `work` in a process of its own, and returns that one's wait status: of its exit status,
/// which `work` returns, or of the signal that ended it. Wherever it waits, it is killed when one
/// of the signals comes, and when it does not end in some minutes. Nothing if even that does not
/// end it, as where a filesystem does not answer.
///
/// *Errors*: throws where there is no other process to be had.
[[nodiscard]] std::optional<int> run_apart(const held_signals& signals,
                                           const std::function<int()>& work);

} // namespace fanio::tool
