#include "running_watch.hpp"
#include "support/mounts.hpp"
#include "support/namespaces.hpp"
#include "support/requires.hpp"
#include <fanio/unique_fd.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

namespace fs = std::filesystem;

namespace {

/// What is said to syslog(3) where only this process and its children see /dev: a socket of its own
/// beside the one device that a process of the background needs.
class private_syslog
{
public:
  private_syslog() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0))
  {
    std::ofstream(devices_ / "null").close();
    sockaddr_un name{.sun_family = AF_UNIX, .sun_path = {}};
    std::string_view("/dev/log").copy(&name.sun_path[0], sizeof(name.sun_path) - 1);
    const timeval patience{.tv_sec = test::deadline.count(), .tv_usec = 0};
    const bool is_ready =
        ::mount("/dev/null", (devices_ / "null").c_str(), nullptr, MS_BIND, nullptr) == 0 &&
        ::mount(devices_.path().c_str(), "/dev", nullptr, MS_BIND | MS_REC, nullptr) == 0 &&
        ::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&name), sizeof(name)) == 0 &&
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0;
    if (!is_ready)
    {
      throw std::runtime_error("no /dev/log of its own");
    }
  }

  /// The next message, without what stands before "fanio".
  [[nodiscard]] std::string next() const
  {
    std::array<char, 4096> text{};
    const auto size = ::recv(socket_.get(), text.data(), text.size(), 0);
    const std::string all(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    const auto name = all.find("fanio[");
    const auto message = all.find("]: ", name);
    return message == all.npos ? "not of fanio: " + all : all.substr(message + 3);
  }

private:
  test::mount_point devices_ = test::private_tmpfs();
  fanio::unique_fd socket_;
};

/// Runs a part that returns whether all was as it should be, apart from the machine's /dev.
template <typename Part>
bool is_so_with_syslog(const Part& part)
{
  test::forked apart(
      [&part]
      {
        test::enter_private_mounts();
        const private_syslog log;
        const test::temp_directory directory;
        return part(log, directory.path().string()) ? 0 : 1;
      });
  return apart.result() == 0;
}

} // namespace

BOOST_AUTO_TEST_SUITE(watch_syslog, *boost::unit_test::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(in_the_background_what_there_is_to_say_goes_to_syslog)
{
  BOOST_TEST(is_so_with_syslog(
      [](const private_syslog& log, const std::string& path)
      {
        fs::create_directory(path + "/top");
        // It ends by itself, also where this does not come to removing the directory.
        const auto started = test::run(test::watch_command(
            {"-d", "-t", "60", "-e", "create", "-o", path + "/out", path + "/top"}));
        const bool is_ready = log.next() == "Watches established.";
        fs::remove(path + "/top");
        return started.status == 0 && started.err.empty() && is_ready &&
               log.next() == path + "/top is gone";
      }));
}

BOOST_AUTO_TEST_CASE(in_the_foreground_it_says_nothing_on_stderr)
{
  BOOST_TEST(is_so_with_syslog(
      [](const private_syslog& log, const std::string& path)
      {
        const auto watched = test::run(test::watch_command({"-s", "-t", "1", path}));
        return watched.status == 2 && watched.err.empty() && log.next() == "Watches established.";
      }));
}

BOOST_AUTO_TEST_CASE(an_error_goes_to_syslog_and_to_who_has_started_it)
{
  BOOST_TEST(is_so_with_syslog(
      [](const private_syslog& log, const std::string& path)
      {
        const auto refused = test::run(test::watch_command({"-s", path + "/none"}));
        const auto why = path + "/none: No such file or directory";
        return refused.status == 1 && refused.err == "fanio watch: " + why + "\n" &&
               log.next() == why;
      }));
}

BOOST_AUTO_TEST_SUITE_END()
