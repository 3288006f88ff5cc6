#pragma once

/// The version of fanio: major * 10000 + minor * 100 + patch. The build reads it from here.
#define FANIO_VERSION 100
