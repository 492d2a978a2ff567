// Writes a metadata tree of any size in the shape that mad_prefect 2.3.0 leaves.
//
//   generate ROOT ASSETS RUNS [SEED]
//
// Names have one to four configurations; of the runs 93 % succeed, 5 % fail and are recorded, 2 % crash, which leaves a run
// that never finished and no word of it in the manifest. Ages are exponential with a mean of a day before
// 2026-11-23T12:00:00Z. With 0 runs the manifests are those of 3 runs, without the runs' own folders.
//
// The same arguments give the same bytes on every machine. One process per core writes a part of the names.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const int64_t now_us = INT64_C(1795435200) * 1000000;
static const char *const teams[] = {"bronze.sales", "bronze.crm", "silver.finance", "silver.ops", "gold.kpi", "ml.features"};

static _Noreturn void fail(const char *what) {
  perror(what);
  exit(1);
}

// MARK: Chance: splitmix64, seeded anew for every name so that each can be written by any process

static uint64_t chance;

static uint64_t next_chance(void) {
  uint64_t word = (chance += UINT64_C(0x9E3779B97F4A7C15));
  word = (word ^ word >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
  word = (word ^ word >> 27) * UINT64_C(0x94D049BB133111EB);
  return word ^ word >> 31;
}

static int64_t below(int64_t limit) { return (int64_t)(next_chance() % (uint64_t)limit); }
static double unit(void) { return (double)(next_chance() >> 11) * 0x1p-53; }

static void seed_for(uint64_t seed, uint64_t place) {
  chance = seed * UINT64_C(0xD1B54A32D192ED03) + place;
  chance = next_chance();
}

// MARK: MD5 (RFC 1321), of texts shorter than 120 bytes; ids are its hexadecimal digits, as mad_prefect makes them

static uint32_t rotated(uint32_t word, int by) { return word << by | word >> (32 - by); }

static void md5(const char *text, char digits[33]) {
  static const int turns[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
  static uint32_t sines[64];
  if (!sines[0])
    for (int i = 0; i < 64; i++) sines[i] = (uint32_t)(int64_t)floor(fabs(sin(i + 1)) * 4294967296.0);
  uint8_t message[128] = {0};
  size_t count = strlen(text);
  memcpy(message, text, count);
  message[count] = 0x80;
  size_t length = count < 56 ? 64 : 128;
  for (int i = 0; i < 8; i++) message[length - 8 + (size_t)i] = (uint8_t)((uint64_t)count * 8 >> 8 * i);
  uint32_t sum[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  for (size_t block = 0; block < length; block += 64) {
    uint32_t words[16], a = sum[0], b = sum[1], c = sum[2], d = sum[3];
    memcpy(words, message + block, 64);
    for (int i = 0; i < 64; i++) {
      uint32_t f = i < 16 ? (b & c) | (~b & d) : i < 32 ? (d & b) | (~d & c) : i < 48 ? b ^ c ^ d : c ^ (b | ~d);
      int word = i < 16 ? i : i < 32 ? (5 * i + 1) % 16 : i < 48 ? (3 * i + 5) % 16 : 7 * i % 16;
      uint32_t turned = b + rotated(a + f + sines[i] + words[word], turns[i / 16][i % 4]);
      a = d, d = c, c = b, b = turned;
    }
    sum[0] += a, sum[1] += b, sum[2] += c, sum[3] += d;
  }
  for (int i = 0; i < 16; i++) sprintf(digits + 2 * i, "%02x", sum[i / 4] >> 8 * (i % 4) & 0xff);
}

// MARK: Text

static char document[4096];
static size_t length;

__attribute__((format(printf, 1, 2))) static void put(const char *format, ...) {
  va_list values;
  va_start(values, format);
  length += (size_t)vsnprintf(document + length, sizeof document - length, format, values);
  va_end(values);
}

// As Python's isoformat, with Z: six digits of a fraction that is not zero.
static const char *iso(int64_t us) {
  static char texts[4][40];
  static int turn;
  char *text = texts[turn++ & 3];
  time_t seconds = (time_t)(us / 1000000);
  struct tm parts;
  gmtime_r(&seconds, &parts);
  size_t count = strftime(text, 40, "%Y-%m-%dT%H:%M:%S", &parts);
  if (us % 1000000) count += (size_t)sprintf(text + count, ".%06d", (int)(us % 1000000));
  strcpy(text + count, "Z");
  return text;
}

// A JSON text or null.
static const char *quoted(const char *text) {
  static char texts[4][160];
  static int turn;
  if (!text) return "null";
  char *result = texts[turn++ & 3];
  snprintf(result, 160, "\"%s\"", text);
  return result;
}

static const char *iso_or_null(int is_there, int64_t us) { return is_there ? quoted(iso(us)) : "null"; }

// MARK: Files

static int make_folder(int parent, const char *name) {
  if (mkdirat(parent, name, 0755) != 0 && errno != EEXIST) fail(name);
  int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) fail(name);
  return folder;
}

static void write_document(int folder, const char *name) {
  int file = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) fail(name);
  if (write(file, document, length) != (ssize_t)length) fail(name);
  close(file);
  length = 0;
}

// MARK: Assets

enum outcome { success, failed, crash };

struct run {
  char id[33];
  int64_t started, materialized, duration;
  enum outcome outcome;
};

static void write_run(int asset, const struct run *run, const char *id, const char *name, const char *path) {
  char folder_name[64];
  snprintf(folder_name, sizeof folder_name, "asset_run_id=%s", run->id);
  int folder = make_folder(asset, folder_name), is_success = run->outcome == success;
  put("{\n    \"__class__\": \"mad_prefect.data_assets.data_asset_run.DataAssetRun\",\n    \"data\": {\n");
  put("        \"id\": \"%s\",\n        \"runtime\": \"%s\",\n", run->id, iso(run->started));
  put("        \"materialized\": %s,\n", iso_or_null(is_success, run->materialized));
  if (is_success) put("        \"duration_miliseconds\": %" PRId64 ",\n", run->duration);
  else put("        \"duration_miliseconds\": null,\n");
  put("        \"asset_id\": \"%s\",\n        \"asset_name\": \"%s\",\n", id, name);
  put("        \"asset_path\": \"%s\",\n        \"parameters\": null\n    }\n}", path);
  write_document(folder, "metadata.json");
  close(folder);
}

static void write_manifest(int asset, const struct run *run, const char *id, const char *name, const char *path) {
  int is_success = run->outcome == success;
  const char *materialized = iso_or_null(is_success, run->materialized);
  put("{\n    \"manifest_version\": \"1\",\n    \"asset_name\": \"%s\",\n", name);
  put("    \"asset_id\": \"%s\",\n    \"asset_signature\": \"%s\",\n", id, id);
  put("    \"last_materialized\": %s,\n    \"last_run\": {\n        \"id\": \"%s\",\n", materialized, run->id);
  put("        \"metadata_path\": \"_asset_metadata/asset_name=%s/asset_id=%s/asset_run_id=%s/metadata.json\",\n", name, id,
      run->id);
  put("        \"materialized\": %s,\n", materialized);
  if (is_success) put("        \"artifact_paths\": [\n            \"%s\"\n        ]\n", path);
  else put("        \"artifact_paths\": []\n");
  put("    },\n    \"last_status\": \"%s\",\n", is_success ? "success" : "failed");
  if (is_success) put("    \"last_error\": null,\n");
  else put("    \"last_error\": \"RuntimeError: upstream returned 503 for page %" PRId64 "\",\n", below(1000));
  put("    \"last_artifacts\": [\n        \"%s\"\n    ],\n", path);
  put("    \"updated_at\": \"%s\"\n}", iso((is_success ? run->materialized : run->started) + 3000));
  write_document(asset, "manifest.json");
}

static void write_asset(int name_folder, const char *name, int configuration, int runs) {
  char text[120], id[33], path[96], folder_name[64];
  snprintf(text, sizeof text, "%s:%d", name, configuration);
  md5(text, id);
  snprintf(path, sizeof path, "%s_%d.parquet", name, configuration);
  for (char *dot; (dot = strchr(path, '.')) && strcmp(dot, ".parquet") != 0;) *dot = '/';
  snprintf(folder_name, sizeof folder_name, "asset_id=%s", id);
  int asset = make_folder(name_folder, folder_name), is_manifest_due = 0, count = runs ? runs : 3;
  int64_t age = (int64_t)(-log(1 - unit()) * 86400e6);
  struct run run, last;
  for (int number = 0; number < count; number++) {
    run.started = now_us - age - (int64_t)(count - 1 - number) * 86400 * 1000000 + below(1000000);
    run.duration = 5 + below(600000 - 5);
    run.materialized = run.started + run.duration * 1000;
    snprintf(text, sizeof text, "%s%d", id, number);
    md5(text, run.id);
    double roll = unit();
    run.outcome = roll < 0.93 ? success : roll < 0.98 ? failed : crash;
    if (runs) write_run(asset, &run, id, name, path);
    if (run.outcome == crash) continue;
    last = run;
    is_manifest_due = 1;
  }
  if (is_manifest_due) write_manifest(asset, &last, id, name, path);
  close(asset);
}

// Writes the names that fall to one of `parts` processes; all of them roll the same sizes.
static void write_part(int tree, int part, int parts, long assets, int runs, uint64_t seed) {
  static const int configurations[] = {1, 1, 1, 2, 4};
  long stretch = assets / parts / 8 + 1;
  for (long first = 0; first < assets;) {
    seed_for(seed, (uint64_t)first);
    const char *team = teams[below(6)];
    int count = configurations[below(5)];
    if (count > assets - first) count = (int)(assets - first);
    // Stretches and not single names in turn, so that processes seldom meet in one block of the folder.
    if (first / stretch % parts == part) {
      char name[64], folder_name[80];
      snprintf(name, sizeof name, "%s.asset_%07ld", team, first);
      snprintf(folder_name, sizeof folder_name, "asset_name=%s", name);
      int folder = make_folder(tree, folder_name);
      for (int configuration = 0; configuration < count; configuration++) write_asset(folder, name, configuration, runs);
      close(folder);
    }
    first += count;
  }
}

int main(int count, char **arguments) {
  long assets = count > 3 ? atol(arguments[2]) : 0, runs = count > 3 ? atol(arguments[3]) : -1;
  if (count < 4 || count > 5 || assets < 0 || runs < 0) {
    fputs("usage: generate ROOT ASSETS RUNS [SEED]\n", stderr);
    return 64;
  }
  uint64_t seed = count > 4 ? strtoull(arguments[4], NULL, 10) : 1;
  if (mkdir(arguments[1], 0755) != 0 && errno != EEXIST) fail(arguments[1]);
  int root = open(arguments[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) fail(arguments[1]);
  int tree = make_folder(root, "_asset_metadata");
  int parts = (int)sysconf(_SC_NPROCESSORS_ONLN);
  for (int part = 0; part < parts; part++) {
    pid_t process = fork();
    if (process < 0) fail("fork");
    if (process == 0) {
      write_part(tree, part, parts, assets, (int)runs, seed);
      _exit(0);
    }
  }
  int is_ok = 1, status;
  while (wait(&status) > 0) is_ok &= WIFEXITED(status) && WEXITSTATUS(status) == 0;
  return is_ok ? 0 : 1;
}
