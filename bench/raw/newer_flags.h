/* What is newer than the kernel headers of some distributions. */
#ifndef FANIO_BENCH_RAW_NEWER_FLAGS_H
#define FANIO_BENCH_RAW_NEWER_FLAGS_H

#include <sys/fanotify.h>

#ifndef FAN_RENAME /* 5.17 */
#define FAN_RENAME 0x10000000
#endif

#ifndef FAN_REPORT_TARGET_FID /* 5.17 */
#define FAN_REPORT_TARGET_FID 0x00001000
#endif

#ifndef FAN_EVENT_INFO_TYPE_NEW_DFID_NAME
#define FAN_EVENT_INFO_TYPE_NEW_DFID_NAME 12
#endif

#ifndef FAN_REPORT_FD_ERROR /* 6.13 */
#define FAN_REPORT_FD_ERROR 0x00002000
#endif

#endif
