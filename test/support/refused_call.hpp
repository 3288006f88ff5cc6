#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace test {

/// From now on a system call fails in this process and what it executes. Only for forked children.
/// 0, or -1 and errno.
inline int refuse_call(std::uint32_t number, int error)
{
  const auto word = [](std::uint16_t code, std::uint32_t k, std::uint8_t yes = 0)
  { return sock_filter{.code = code, .jt = yes, .jf = 0, .k = k}; };
  std::array<sock_filter, 4> program{
      word(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      word(BPF_JMP | BPF_JEQ | BPF_K, number, 1), word(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      word(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error))};
  const sock_fprog filter{.len = program.size(), .filter = program.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
             ? static_cast<int>(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter))
             : -1;
}

} // namespace test
