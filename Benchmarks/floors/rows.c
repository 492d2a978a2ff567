// The floor of a report over all assets: the same rows through SQLite's C API, as the same JSON, on standard output.
//
//   rows INDEX ROOT NOW MAX_AGE     NOW in microseconds since the epoch, MAX_AGE in seconds
//
// Writes byte for byte what `asset-catalog freshness --format json` writes, so that the comparison can be checked.
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char out[1 << 17];
static size_t used;

static void flush_out(void) {
  for (size_t done = 0; done < used;) {
    ssize_t count = write(STDOUT_FILENO, out + done, used - done);
    if (count < 0) exit(1);
    done += (size_t)count;
  }
  used = 0;
}

static void put(const char *text, size_t count) {
  if (used + count > sizeof out) flush_out();
  memcpy(out + used, text, count);
  used += count;
}

static void puts_out(const char *text) { put(text, strlen(text)); }

// Names of the generated trees need no escapes beyond these two.
static void put_text(const char *text) {
  if (!text) {
    puts_out("null");
    return;
  }
  puts_out("\"");
  const char *start = text;
  for (; *text; text++) {
    if (*text != '"' && *text != '\\') continue;
    put(start, (size_t)(text - start));
    puts_out("\\");
    start = text;
  }
  put(start, (size_t)(text - start));
  puts_out("\"");
}

static void put_number(int64_t number) {
  char digits[24];
  put(digits, (size_t)snprintf(digits, sizeof digits, "%" PRId64, number));
}

static void put_digits(int64_t number, int width) {
  char digits[8];
  for (int place = width - 1; place >= 0; place--, number /= 10) digits[place] = (char)('0' + number % 10);
  put(digits, (size_t)width);
}

// ISO-8601, UTC; the calendar by Howard Hinnant's days_from_civil turned around. Times before 1970 do not occur.
static void put_time(int64_t microseconds) {
  int64_t seconds = microseconds / 1000000, fraction = microseconds % 1000000;
  int64_t days = seconds / 86400 + 719468, rest = seconds % 86400;
  int64_t era = days / 146097, day = days % 146097;
  int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
  int64_t of_year = day - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
  int64_t of_month = of_year - (153 * month + 2) / 5 + 1;
  month = month < 10 ? month + 3 : month - 9;
  year += era * 400 + (month <= 2);
  puts_out("\"");
  put_digits(year, 4);
  puts_out("-");
  put_digits(month, 2);
  puts_out("-");
  put_digits(of_month, 2);
  puts_out("T");
  put_digits(rest / 3600, 2);
  puts_out(":");
  put_digits(rest / 60 % 60, 2);
  puts_out(":");
  put_digits(rest % 60, 2);
  if (fraction) {
    puts_out(".");
    put_digits(fraction, 6);
  }
  puts_out("Z\"");
}

static void put_seconds(int64_t microseconds) {
  if (microseconds < 0) puts_out("-");
  uint64_t magnitude = microseconds < 0 ? -(uint64_t)microseconds : (uint64_t)microseconds;
  put_number((int64_t)(magnitude / 1000000));
  uint64_t fraction = magnitude % 1000000;
  if (!fraction) return;
  puts_out(".");
  for (uint64_t unit = 100000; fraction; fraction %= unit, unit /= 10) put_digits((int64_t)(fraction / unit), 1);
}

static sqlite3_stmt *prepare(sqlite3 *index, const char *sql) {
  sqlite3_stmt *statement;
  if (sqlite3_prepare_v2(index, sql, -1, &statement, NULL) != SQLITE_OK) {
    fprintf(stderr, "%s\n", sqlite3_errmsg(index));
    exit(1);
  }
  return statement;
}

static const char *text(sqlite3_stmt *row, int column) { return (const char *)sqlite3_column_text(row, column); }

static void put_rows(sqlite3_stmt *row, int64_t now, int64_t max_age, int64_t *count) {
  while (sqlite3_step(row) == SQLITE_ROW) {
    int is_known = sqlite3_column_type(row, 2) != SQLITE_NULL;
    int64_t time = sqlite3_column_int64(row, 2);
    puts_out((*count)++ ? ",\n{\"asset_name\":" : "\n{\"asset_name\":");
    put_text(text(row, 0));
    puts_out(",\"asset_id\":");
    put_text(text(row, 1));
    puts_out(",\"state\":");
    puts_out(!is_known ? "\"never\"" : now - time < max_age * 1000000 ? "\"fresh\"" : "\"stale\"");
    puts_out(",\"last_materialized\":");
    if (is_known) put_time(time); else puts_out("null");
    puts_out(",\"age_seconds\":");
    if (is_known) put_seconds(now - time); else puts_out("null");
    puts_out(",\"max_age_seconds\":");
    put_number(max_age);
    puts_out(",\"last_status\":");
    put_text(text(row, 3));
    puts_out(",\"last_run_id\":");
    put_text(text(row, 4));
    puts_out(",\"source\":");
    put_text(text(row, 5));
    puts_out(sqlite3_column_int(row, 6) ? ",\"damaged\":true}" : ",\"damaged\":false}");
  }
  sqlite3_finalize(row);
}

int main(int arguments, char **argument) {
  if (arguments != 5) {
    fputs("usage: rows INDEX ROOT NOW MAX_AGE\n", stderr);
    return 64;
  }
  int64_t now = atoll(argument[3]), max_age = atoll(argument[4]), count = 0;
  sqlite3 *index;
  if (sqlite3_open_v2(argument[1], &index, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) return 1;
  sqlite3_stmt *state = prepare(index, "SELECT reconcile_started_at FROM catalog_state");
  if (sqlite3_step(state) != SQLITE_ROW) return 1;
  puts_out("{\"generated_at\":");
  put_time(now);
  puts_out(",\"as_of\":");
  put_time(sqlite3_column_int64(state, 0));
  puts_out(",\"root\":");
  put_text(argument[2]);
  puts_out(",\"rows\":[");
  sqlite3_finalize(state);
  // The order is that of one covering walk, so that the floor sorts nothing.
  put_rows(prepare(index,
    "SELECT asset_name, asset_id, last_materialized, last_status, last_run_id, materialized_source, manifest_state >= 2 "
    "FROM asset WHERE known = 1 ORDER BY last_materialized, asset_name, asset_id"), now, max_age, &count);
  puts_out(count ? "\n],\"count\":" : "],\"count\":");
  put_number(count);
  puts_out("}\n");
  flush_out();
  sqlite3_close(index);
}
