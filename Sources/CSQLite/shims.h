// SQLite's header, and what of it Swift cannot call: variadic functions and the pointer-valued macros.
// Header only: nothing here keeps state.
#pragma once

#include <sqlite3.h>

// Binds text or a blob that SQLite copies at once. `bytes` must not be NULL, or the value becomes NULL.
static inline int catalog_bind_text_copied(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
  return sqlite3_bind_text64(statement, index, (const char *)bytes, count, SQLITE_TRANSIENT, SQLITE_UTF8);
}
static inline int catalog_bind_blob_copied(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
  return sqlite3_bind_blob64(statement, index, bytes, count, SQLITE_TRANSIENT);
}

// Binds text without a copy: the bytes must stay in place until the binding is replaced or cleared.
static inline int catalog_bind_text_in_place(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
  return sqlite3_bind_text64(statement, index, (const char *)bytes, count, SQLITE_STATIC, SQLITE_UTF8);
}

// Sets a result of a function; SQLite copies the bytes.
static inline void catalog_result_text_copied(sqlite3_context *context, const void *bytes, sqlite3_uint64 count) {
  sqlite3_result_text64(context, (const char *)bytes, count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

// Sets the value of a column of a virtual table without a copy: the bytes must stay in place until the row was used.
static inline void catalog_result_text_in_place(sqlite3_context *context, const void *bytes, sqlite3_uint64 count) {
  sqlite3_result_text64(context, (const char *)bytes, count, SQLITE_STATIC, SQLITE_UTF8);
}

// A virtual table and a cursor over it. SQLite knows no more of them than what they begin with.
typedef struct {
  sqlite3_vtab base;
  const void *rows;
} catalog_block_table;
typedef struct {
  sqlite3_vtab_cursor base;
  const void *rows;
  long row;
} catalog_block_cursor;

// Where SQLite makes temporary files from now on, NULL for wherever it would. The text must stay as it is. Returns what was said
// before.
static inline char *catalog_set_temporary_folder(char *folder) {
  char *former = sqlite3_temp_directory;
  sqlite3_temp_directory = folder;
  return former;
}

// sqlite3_db_config() for the options that are a flag.
static inline int catalog_configure_flag(sqlite3 *connection, int option, int isOn) {
  return sqlite3_db_config(connection, option, isOn, (int *)0);
}
