// System calls and flags that glibc's Swift module does not show. Header only: nothing here keeps state.
// glibc's own headers stay out: with _GNU_SOURCE they would disagree with the ones that Swift was built on.
#pragma once

#include <asm/unistd.h>
#include <linux/openat2.h>
#include <stddef.h>
#include <stdint.h>

extern long syscall(long number, ...);
extern int *__errno_location(void);

// openat2(2): opens `path` below `directory`, with the given RESOLVE_* rules. Returns a descriptor, or -errno.
static inline int catalog_openat2(int directory, const char *path, uint64_t flags, uint64_t resolve) {
  struct open_how how = {.flags = flags, .mode = 0, .resolve = resolve};
  long descriptor = syscall(__NR_openat2, (long)directory, path, &how, sizeof how);
  return descriptor < 0 ? -*__errno_location() : (int)descriptor;
}

// getdents64(2): fills `buffer` with directory records. Returns bytes, 0 at the end, or -errno.
static inline long catalog_getdents64(int directory, void *buffer, size_t size) {
  long bytes = syscall(__NR_getdents64, (long)directory, buffer, size);
  return bytes < 0 ? -*__errno_location() : bytes;
}

// syncfs(2): writes everything of the file system that `descriptor` lies on to the disk. Returns 0 or -errno.
static inline int catalog_syncfs(int descriptor) {
  return syscall(__NR_syncfs, (long)descriptor) < 0 ? -*__errno_location() : 0;
}

// fstatfs(2): the magic number of the file system that `descriptor` lies on, 0 where it cannot be told.
static inline uint32_t catalog_magic_number(int descriptor) {
  // The kernel's structure, of which the type is the first word.
  long result[64] = {0};
  return syscall(__NR_fstatfs, (long)descriptor, result) < 0 ? 0 : (uint32_t)result[0];
}

// sync_file_range(2): begins to write the contents of a file to the disk and waits for nothing. Returns 0 or -errno.
static inline int catalog_start_writing(int descriptor) {
#ifdef __NR_sync_file_range
  enum { write = 2 };  // SYNC_FILE_RANGE_WRITE; a length of 0 means up to the end.
  return syscall(__NR_sync_file_range, (long)descriptor, 0L, 0L, (long)write) < 0 ? -*__errno_location() : 0;
#else
  (void)descriptor;
  return 0;
#endif
}

// fgetxattr(2): the value of an extended attribute. Returns its length, or -errno.
static inline long catalog_get_attribute(int file, const char *name, void *value, size_t size) {
  long length = syscall(__NR_fgetxattr, (long)file, name, value, size);
  return length < 0 ? -*__errno_location() : length;
}

// lgetxattr(2): the same by path, of a link itself. Returns its length, or -errno.
static inline long catalog_get_attribute_of(const char *path, const char *name, void *value, size_t size) {
  long length = syscall(__NR_lgetxattr, path, name, value, size);
  return length < 0 ? -*__errno_location() : length;
}

// fsetxattr(2): sets an extended attribute. Returns 0 or -errno.
static inline int catalog_set_attribute(int file, const char *name, const void *value, size_t size) {
  return syscall(__NR_fsetxattr, (long)file, name, value, size, 0L) < 0 ? -*__errno_location() : 0;
}

// fremovexattr(2): removes an extended attribute. Returns 0 or -errno.
static inline int catalog_remove_attribute(int file, const char *name) {
  return syscall(__NR_fremovexattr, (long)file, name) < 0 ? -*__errno_location() : 0;
}

// The same on every architecture that Swift runs on (asm-generic/fcntl.h); O_TMPFILE is this bit and O_DIRECTORY.
enum {
  catalog_o_path = 010000000,
  catalog_o_tmpfile_bit = 020000000,
};

enum {
  catalog_resolve_beneath = RESOLVE_BENEATH,
  catalog_resolve_no_symlinks = RESOLVE_NO_SYMLINKS,
  catalog_resolve_no_magiclinks = RESOLVE_NO_MAGICLINKS,
};
