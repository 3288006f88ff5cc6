#pragma once

/// Marks what the shared library exports; everything else is hidden. fanio is for Linux, whose
/// compilers take the same attribute when the library is built and when it is used.
#define FANIO_API __attribute__((visibility("default")))
