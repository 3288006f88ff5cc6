#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include <sys/types.h>

namespace soak {

/// Processes that do what programs do with files, on and on, below a directory: they open, write,
/// rename, delete and execute. Each makes files of its own whose names are counted, so that a
/// watcher can tell when it has missed one.
class workers
{
public:
  static constexpr std::size_t count = 64;

  /// Starts them. `directory` has the program "true" in it.
  explicit workers(std::filesystem::path directory);

  workers(const workers&) = delete;
  workers& operator=(const workers&) = delete;

  /// Kills what is left.
  ~workers();

  /// Kills one with SIGKILL, whatever it is doing, and starts another in its place.
  void replace(std::size_t which);

  /// Lets each end when it has done what it is at.
  void stop() noexcept { shared_->stop = true; }

  /// Collects those that have ended; true if that is all, and all whom they have started.
  [[nodiscard]] bool have_ended() noexcept;

  /// How many files this one has made.
  [[nodiscard]] std::uint32_t made_by(std::size_t which) const noexcept
  {
    return shared_->made[which];
  }

  [[nodiscard]] std::uint64_t operations() const noexcept { return shared_->operations; }

  /// Of those, how many were denied.
  [[nodiscard]] std::uint64_t denials() const noexcept { return shared_->denials; }

  /// The name of a file that one makes: "7-12" is the twelfth of the seventh.
  [[nodiscard]] static std::string name_of(std::size_t which, std::uint32_t number);

private:
  /// In memory that all of them share.
  struct state
  {
    std::atomic<bool> stop = false;
    std::array<std::atomic<std::uint32_t>, count> made{};
    std::atomic<std::uint64_t> operations = 0;
    std::atomic<std::uint64_t> denials = 0;
  };

  [[nodiscard]] pid_t start(std::size_t which);
  [[noreturn]] void work(std::size_t which);
  void act(std::size_t which, unsigned choice);
  void make_file(std::size_t which);
  void note(bool done) noexcept;

  std::filesystem::path directory_;
  state* shared_;
  std::array<pid_t, count> pids_{};
};

} // namespace soak
