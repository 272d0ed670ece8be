// libssh2, and what Swift cannot import by itself: its function-like macros and epoll/eventfd.
#pragma once
#include <libssh2.h>
#include <libssh2_sftp.h>
#ifdef __linux__
#include <sys/epoll.h>
#include <sys/eventfd.h>
#endif
