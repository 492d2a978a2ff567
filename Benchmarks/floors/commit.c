// The floor of `record`: two files written durably, with nothing around it.
//
//   commit FOLDER COUNT     COUNT times: two new files replace two old ones
//
// One file: create a temporary file, write 700 bytes, fsync, rename over the old one, fsync the folder.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void check(int is_ok, const char *what) {
  if (is_ok) return;
  perror(what);
  exit(1);
}

static void replace(int folder, const char *name, const char *bytes, size_t count) {
  int file = openat(folder, ".new", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  check(file >= 0, "openat");
  check(write(file, bytes, count) == (ssize_t)count, "write");
  check(fsync(file) == 0, "fsync");
  check(close(file) == 0, "close");
  check(renameat(folder, ".new", folder, name) == 0, "renameat");
  check(fsync(folder) == 0, "fsync of the folder");
}

int main(int count, char **arguments) {
  if (count != 3) {
    fputs("usage: commit FOLDER COUNT\n", stderr);
    return 64;
  }
  char bytes[700];
  memset(bytes, 'x', sizeof bytes);
  int folder = open(arguments[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  check(folder >= 0, arguments[1]);
  for (long left = atol(arguments[2]); left > 0; left--) {
    replace(folder, "metadata.json", bytes, sizeof bytes);
    replace(folder, "manifest.json", bytes, sizeof bytes);
  }
}
