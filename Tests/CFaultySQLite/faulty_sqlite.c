#include "faulty_sqlite.h"

#include <pthread.h>
#include <sqlite3.h>
#include <string.h>

typedef enum { call_open, call_remove, call_look, call_read, call_write, call_cut, call_sync, call_size, call_lock,
               call_map, call_map_lock } call;

static struct {
  pthread_mutex_t mutex;
  char prefix[4096];
  faulty_sqlite_kind kind;
  long number, count;
  int forever, armed;
} state = {.mutex = PTHREAD_MUTEX_INITIALIZER};

// What a call of this sort answers if it fails as the state says; SQLITE_OK where it cannot fail so.
static int answer(call made) {
  static const int input_output[] = {
      SQLITE_CANTOPEN, SQLITE_IOERR_DELETE, SQLITE_IOERR_ACCESS, SQLITE_IOERR_READ, SQLITE_IOERR_WRITE,
      SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_FSYNC, SQLITE_IOERR_FSTAT, SQLITE_IOERR_LOCK, SQLITE_IOERR_SHMMAP,
      SQLITE_IOERR_SHMLOCK};
  switch (state.kind) {
    case faulty_sqlite_input_output: return input_output[made];
    case faulty_sqlite_full:
      return made == call_write || made == call_sync ? SQLITE_FULL : made == call_map ? SQLITE_IOERR_SHMSIZE
             : made == call_open ? SQLITE_CANTOPEN : SQLITE_OK;
    case faulty_sqlite_busy: return made == call_lock || made == call_map_lock ? SQLITE_BUSY : SQLITE_OK;
    case faulty_sqlite_memory: return made == call_lock || made == call_map_lock ? SQLITE_OK : SQLITE_IOERR_NOMEM;
  }
  return SQLITE_OK;
}

// Counts a call, and says what it has to answer instead of being made.
static int enter(call made, const char *path) {
  int code = SQLITE_OK;
  pthread_mutex_lock(&state.mutex);
  if (state.armed && path && strncmp(path, state.prefix, strlen(state.prefix)) == 0 && answer(made) != SQLITE_OK) {
    state.count += 1;
    if (state.number && (state.forever ? state.count >= state.number : state.count == state.number)) code = answer(made);
  }
  pthread_mutex_unlock(&state.mutex);
  return code;
}

// A file: ours, and behind it the real one.
typedef struct {
  sqlite3_file base;
  const char *path;
} file;

static sqlite3_vfs *real_system(sqlite3_vfs *system) { return (sqlite3_vfs *)system->pAppData; }
static sqlite3_file *real_file(sqlite3_file *ours) { return (sqlite3_file *)((file *)ours + 1); }
static const char *path_of(sqlite3_file *ours) { return ((file *)ours)->path; }

#define PASS(ours, method, ...) real_file(ours)->pMethods->method(real_file(ours), ##__VA_ARGS__)
#define FAIL_IF_DUE(made, ours) \
  do { \
    int code = enter(made, path_of(ours)); \
    if (code != SQLITE_OK) return code; \
  } while (0)

static int file_close(sqlite3_file *ours) { return PASS(ours, xClose); }
static int file_read(sqlite3_file *ours, void *bytes, int count, sqlite3_int64 place) {
  FAIL_IF_DUE(call_read, ours);
  return PASS(ours, xRead, bytes, count, place);
}
static int file_write(sqlite3_file *ours, const void *bytes, int count, sqlite3_int64 place) {
  FAIL_IF_DUE(call_write, ours);
  return PASS(ours, xWrite, bytes, count, place);
}
static int file_truncate(sqlite3_file *ours, sqlite3_int64 size) {
  FAIL_IF_DUE(call_cut, ours);
  return PASS(ours, xTruncate, size);
}
static int file_sync(sqlite3_file *ours, int flags) {
  FAIL_IF_DUE(call_sync, ours);
  return PASS(ours, xSync, flags);
}
static int file_size(sqlite3_file *ours, sqlite3_int64 *size) {
  FAIL_IF_DUE(call_size, ours);
  return PASS(ours, xFileSize, size);
}
static int file_lock(sqlite3_file *ours, int level) {
  FAIL_IF_DUE(call_lock, ours);
  return PASS(ours, xLock, level);
}
static int file_unlock(sqlite3_file *ours, int level) { return PASS(ours, xUnlock, level); }
static int file_check_reserved(sqlite3_file *ours, int *is_reserved) { return PASS(ours, xCheckReservedLock, is_reserved); }
static int file_control(sqlite3_file *ours, int operation, void *argument) {
  return PASS(ours, xFileControl, operation, argument);
}
static int file_sector_size(sqlite3_file *ours) { return PASS(ours, xSectorSize); }
static int file_traits(sqlite3_file *ours) { return PASS(ours, xDeviceCharacteristics); }
static int file_map(sqlite3_file *ours, int page, int size, int extend, void volatile **place) {
  FAIL_IF_DUE(call_map, ours);
  return PASS(ours, xShmMap, page, size, extend, place);
}
static int file_map_lock(sqlite3_file *ours, int offset, int count, int flags) {
  // To give a lock back cannot fail.
  if (flags & SQLITE_SHM_LOCK) FAIL_IF_DUE(call_map_lock, ours);
  return PASS(ours, xShmLock, offset, count, flags);
}
static void file_map_barrier(sqlite3_file *ours) { PASS(ours, xShmBarrier); }
static int file_unmap(sqlite3_file *ours, int remove) { return PASS(ours, xShmUnmap, remove); }
static int file_fetch(sqlite3_file *ours, sqlite3_int64 place, int count, void **bytes) {
  return PASS(ours, xFetch, place, count, bytes);
}
static int file_unfetch(sqlite3_file *ours, sqlite3_int64 place, void *bytes) { return PASS(ours, xUnfetch, place, bytes); }

static const sqlite3_io_methods methods = {
    .iVersion = 3, .xClose = file_close, .xRead = file_read, .xWrite = file_write, .xTruncate = file_truncate,
    .xSync = file_sync, .xFileSize = file_size, .xLock = file_lock, .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_reserved, .xFileControl = file_control, .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_traits, .xShmMap = file_map, .xShmLock = file_map_lock,
    .xShmBarrier = file_map_barrier, .xShmUnmap = file_unmap, .xFetch = file_fetch, .xUnfetch = file_unfetch};

static int system_open(sqlite3_vfs *system, const char *path, sqlite3_file *ours, int flags, int *result) {
  ours->pMethods = NULL;
  ((file *)ours)->path = path;
  FAIL_IF_DUE(call_open, ours);
  int code = real_system(system)->xOpen(real_system(system), path, real_file(ours), flags, result);
  if (real_file(ours)->pMethods) ours->pMethods = &methods;
  return code;
}
static int system_remove(sqlite3_vfs *system, const char *path, int sync) {
  int code = enter(call_remove, path);
  return code != SQLITE_OK ? code : real_system(system)->xDelete(real_system(system), path, sync);
}
static int system_look(sqlite3_vfs *system, const char *path, int flags, int *result) {
  int code = enter(call_look, path);
  return code != SQLITE_OK ? code : real_system(system)->xAccess(real_system(system), path, flags, result);
}
static int system_full_path(sqlite3_vfs *system, const char *path, int size, char *result) {
  return real_system(system)->xFullPathname(real_system(system), path, size, result);
}

int faulty_sqlite_install(void) {
  static sqlite3_vfs ours;
  static int is_installed;
  int code = sqlite3_initialize();
  pthread_mutex_lock(&state.mutex);
  if (code == SQLITE_OK && !is_installed) {
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    // What is not replaced here never looks at the file system that it is called with.
    ours = *real;
    ours.pNext = NULL;
    ours.zName = "faulty";
    ours.pAppData = real;
    ours.szOsFile = (int)sizeof(file) + real->szOsFile;
    ours.xOpen = system_open;
    ours.xDelete = system_remove;
    ours.xAccess = system_look;
    ours.xFullPathname = system_full_path;
    code = sqlite3_vfs_register(&ours, 1);
    is_installed = code == SQLITE_OK;
  }
  pthread_mutex_unlock(&state.mutex);
  return code;
}

void faulty_sqlite_arm(const char *prefix, faulty_sqlite_kind kind, long number, int forever) {
  pthread_mutex_lock(&state.mutex);
  strncpy(state.prefix, prefix, sizeof state.prefix - 1);
  state.kind = kind;
  state.number = number;
  state.forever = forever;
  state.count = 0;
  state.armed = 1;
  pthread_mutex_unlock(&state.mutex);
}

long faulty_sqlite_disarm(void) {
  pthread_mutex_lock(&state.mutex);
  state.armed = 0;
  long count = state.count;
  pthread_mutex_unlock(&state.mutex);
  return count;
}

// ---- Allocation

static sqlite3_mem_methods real_memory;
static struct {
  pthread_mutex_t mutex;
  long number, count;
  int forever, armed;
} memory = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static int is_refused(void) {
  pthread_mutex_lock(&memory.mutex);
  int refused = 0;
  if (memory.armed) {
    memory.count += 1;
    refused = memory.number && (memory.forever ? memory.count >= memory.number : memory.count == memory.number);
  }
  pthread_mutex_unlock(&memory.mutex);
  return refused;
}
static void *allocate(int size) { return is_refused() ? NULL : real_memory.xMalloc(size); }
static void *reallocate(void *place, int size) { return is_refused() ? NULL : real_memory.xRealloc(place, size); }

int faulty_sqlite_install_allocator(void) {
  int code = sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory);
  if (code != SQLITE_OK) return code;
  sqlite3_mem_methods ours = real_memory;
  ours.xMalloc = allocate;
  ours.xRealloc = reallocate;
  return sqlite3_config(SQLITE_CONFIG_MALLOC, &ours);
}

void faulty_sqlite_arm_allocator(long number, int forever) {
  pthread_mutex_lock(&memory.mutex);
  memory.number = number;
  memory.forever = forever;
  memory.count = 0;
  memory.armed = 1;
  pthread_mutex_unlock(&memory.mutex);
}

long faulty_sqlite_disarm_allocator(void) {
  pthread_mutex_lock(&memory.mutex);
  memory.armed = 0;
  long count = memory.count;
  pthread_mutex_unlock(&memory.mutex);
  return count;
}
