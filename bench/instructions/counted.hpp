#pragma once

#include <functional>

/// Does the work. Only what happens in here is counted: callgrind knows it by this name.
extern "C" void fanio_counted(const std::function<void()>& work);
