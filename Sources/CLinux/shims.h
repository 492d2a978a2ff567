// System calls that glibc's Swift module does not show. Header only: nothing here keeps state.
#pragma once

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/vfs.h>
#include <unistd.h>

// openat2(2): opens `path` below `directory`, with the given RESOLVE_* rules. Returns a descriptor, or -errno.
static inline int catalog_openat2(int directory, const char *path, uint64_t flags, uint64_t resolve) {
  struct open_how how = {.flags = flags, .mode = 0, .resolve = resolve};
  long descriptor = syscall(SYS_openat2, directory, path, &how, sizeof how);
  return descriptor < 0 ? -errno : (int)descriptor;
}

// getdents64(2): fills `buffer` with directory records. Returns bytes, 0 at the end, or -errno.
static inline ssize_t catalog_getdents64(int directory, void *buffer, size_t size) {
  long bytes = syscall(SYS_getdents64, directory, buffer, size);
  return bytes < 0 ? -errno : bytes;
}

enum {
  catalog_o_path = O_PATH,
  catalog_resolve_beneath = RESOLVE_BENEATH,
  catalog_resolve_no_symlinks = RESOLVE_NO_SYMLINKS,
  catalog_resolve_no_magiclinks = RESOLVE_NO_MAGICLINKS,
};
