// The floor of a rebuild and of a reconcile: what one thread needs for the system calls alone.
//
//   read TREE m   opens, stats, reads and closes every manifest
//   read TREE r   the same for every manifest and every run's metadata, listing the folders of the assets for them
//   read TREE s   two stats per asset: its folder and its manifest
//
// TREE is the metadata folder. The stat of an open file belongs to the floor, since the catalog has to keep the
// fingerprint of every file that it read; nothing is parsed and nothing is kept. Prints what was touched.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static long files, bytes, stats;
static char contents[1 << 16];

static _Noreturn void fail(const char *what) {
  perror(what);
  exit(1);
}

static int open_folder(int parent, const char *name) {
  int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (folder < 0) fail(name);
  return folder;
}

static void read_file(int folder, const char *name) {
  int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (file < 0) return;
  struct stat status;
  fstat(file, &status);
  ssize_t count;
  do {
    count = read(file, contents, sizeof contents);
    if (count > 0) bytes += count;
  } while (count == sizeof contents);
  close(file);
  files++;
}

// Calls `visit` with the folder and each entry in it whose name begins with `prefix`.
static void for_each(int folder, const char *prefix, void (*visit)(int, const char *)) {
  size_t room = 1 << 15, length = strlen(prefix);
  char *records = malloc(room);
  ssize_t count;
  while ((count = getdents64(folder, records, room)) > 0) {
    for (ssize_t place = 0; place < count;) {
      struct dirent64 *entry = (struct dirent64 *)(records + place);
      if (strncmp(entry->d_name, prefix, length) == 0) visit(folder, entry->d_name);
      place += entry->d_reclen;
    }
  }
  if (count < 0) fail("getdents64");
  free(records);
}

static const char *join(const char *left, const char *right) {
  static char path[600];
  size_t length = strlen(left);
  if (length + strlen(right) >= sizeof path) fail(left);
  memcpy(path, left, length);
  strcpy(path + length, right);
  return path;
}

static void read_run(int asset, const char *run) { read_file(asset, join(run, "/metadata.json")); }

static void visit_asset_for_manifest(int name, const char *asset) { read_file(name, join(asset, "/manifest.json")); }

static void visit_asset_for_all(int name, const char *asset) {
  int folder = open_folder(name, asset);
  read_file(folder, "manifest.json");
  for_each(folder, "asset_run_id=", read_run);
  close(folder);
}

static void visit_asset_for_stats(int name, const char *asset) {
  struct stat status;
  fstatat(name, asset, &status, AT_SYMLINK_NOFOLLOW);
  fstatat(name, join(asset, "/manifest.json"), &status, AT_SYMLINK_NOFOLLOW);
  stats += 2;
}

static void (*visit_asset)(int, const char *);

static void visit_name(int tree, const char *name) {
  int folder = open_folder(tree, name);
  for_each(folder, "asset_id=", visit_asset);
  close(folder);
}

int main(int count, char **arguments) {
  char mode = count == 3 ? arguments[2][0] : 0;
  visit_asset = mode == 'm' ? visit_asset_for_manifest : mode == 'r' ? visit_asset_for_all : mode == 's' ? visit_asset_for_stats : NULL;
  if (!visit_asset) {
    fputs("usage: read TREE m|r|s\n", stderr);
    return 64;
  }
  int tree = open_folder(AT_FDCWD, arguments[1]);
  for_each(tree, "asset_name=", visit_name);
  printf("{\"files\":%ld,\"bytes\":%ld,\"stats\":%ld}\n", files, bytes, stats);
}
