// libssh2, the libcrypto that it brings along, and what Swift cannot import by itself.
#pragma once
#include <libssh2.h>
#include <libssh2_sftp.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#ifdef __linux__
#include <sys/epoll.h>
#include <sys/eventfd.h>
#endif
