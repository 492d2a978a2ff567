// System calls and flags that glibc's Swift module does not show. Header only: nothing here keeps state.
// glibc's own headers stay out: with _GNU_SOURCE they would disagree with the ones that Swift was built on.
#pragma once

#include <asm/unistd.h>
#include <linux/openat2.h>
#include <stddef.h>
#include <stdint.h>

extern long syscall(long number, ...);
extern int *__errno_location(void);

// What the kernel put on the stack of the first thread: a count, as many words, a null pointer, the environment. glibc keeps
// its address, whatever libraries make of `environ` before a program begins. Before the name of the program there may be
// those of a loader that was called with it. Returns the words from that name on, or null where it is not so.
extern void *__libc_stack_end;
extern char *program_invocation_name;
static inline char **catalog_start_arguments(long *count) {
  long *start = (long *)__libc_stack_end;
  if (!start || *start < 1) return (char **)0;
  char **words = (char **)(start + 1);
  long first = 0;
  if (words[*start]) return (char **)0;
  while (first < *start && words[first] != program_invocation_name) first++;
  if (first == *start) first = 0;
  *count = *start - first;
  return words + first;
}

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

// statfs(2): the same of the file system that `path` lies on.
static inline uint32_t catalog_magic_number_of(const char *path) {
  long result[64] = {0};
  return syscall(__NR_statfs, path, result) < 0 ? 0 : (uint32_t)result[0];
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

// The part of a process left behind by catalog_leave_reader: never returns. Only system calls, since other threads of the
// process that it was copied from may have held any lock.
static inline void catalog_read_on(
    int source, int target, const unsigned char *rest, size_t count, int *number) {
  enum { set_mask = 2, set_flags = 4, broken_pipe = 32, interrupted = 4, again = 11, can_write = 4 };
  uint64_t all = ~(uint64_t)0;
  syscall(__NR_rt_sigprocmask, (long)set_mask, &all, (void *)0, (long)sizeof all);
  syscall(__NR_dup3, (long)source, 0L, 0L);
  if (target != 2) syscall(__NR_dup3, (long)target, 2L, 0L);
  // Nothing else may be held: neither locks, nor a pipe of which somebody awaits the end.
  syscall(__NR_close, 1L);
#ifdef __NR_close_range
  if (syscall(__NR_close_range, 3L, ~0L & 0xFFFFFFFFL, 0L) < 0)
#endif
    for (long other = 3; other < 65536; other++) syscall(__NR_close, other);
  syscall(__NR_chdir, "/");
  syscall(__NR_fcntl, 0L, (long)set_flags, 0L);
  unsigned char chunk[16384];
  int takes = 1;
  while (1) {
    size_t done = 0;
    while (takes && done < count) {
      long written = syscall(__NR_write, 2L, rest + done, count - done);
      if (written > 0) {
        done += (size_t)written;
      } else if (*number == again) {
        struct { int descriptor; short events, found; } waiting = {2, can_write, 0};
        syscall(__NR_ppoll, &waiting, 1L, (void *)0, (void *)0, 0L);
      } else if (*number == broken_pipe) {
        // Who writes to the source shall meet a broken pipe as well.
        syscall(__NR_exit_group, 0L);
      } else if (*number != interrupted) {
        takes = 0;
      }
    }
    long size;
    do size = syscall(__NR_read, 0L, chunk, (long)sizeof chunk);
    while (size < 0 && *number == interrupted);
    if (size <= 0) syscall(__NR_exit_group, 0L);
    rest = chunk;
    count = (size_t)size;
  }
}

// Leaves a process behind that writes `rest`, and then all that comes from `source`, to `target`, until nobody can write to
// `source` any more. It holds no other descriptor, and only KILL and STOP reach it. Returns its id, or -errno.
static inline long catalog_leave_reader(int source, int target, const unsigned char *rest, size_t count) {
  enum { child_signal = 17 };
  // Looked up here: in the copy, the loader might wait for a lock that nobody will ever give back.
  int *number = __errno_location();
  long process = syscall(__NR_clone, (long)child_signal, 0L, 0L, 0L, 0L);
  if (process < 0) return -*number;
  if (process == 0) catalog_read_on(source, target, rest, count, number);
  return process;
}
