// What the program uses of libcurl, in declarations of its own: the library is opened at run time, so neither its
// headers nor the library are needed to build. Its interface is stable since libcurl.so.4 (2006): numbers are never
// given twice. A test compares these with what the library says of itself. Header only: nothing here keeps state.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Gets bytes of an answer; what it returns must be size * count, or the transfer ends.
typedef size_t (*catalog_curl_writer)(char *bytes, size_t size, size_t count, void *receiver);

// Is called about once a second and whenever something moves; ends the transfer with anything but 0.
typedef int (*catalog_curl_watcher)(
    void *receiver, int64_t to_receive, int64_t received, int64_t to_send, int64_t sent);

// struct curl_sockaddr without the address that follows.
struct catalog_curl_address {
  int family;
  int type;
  int protocol;
};

// struct curl_slist.
struct catalog_curl_list {
  char *text;
  struct catalog_curl_list *next;
};

// Opens a socket, or returns -1.
typedef int (*catalog_curl_opener)(void *receiver, int purpose, struct catalog_curl_address *address);

// CURLOPT_*: 0 and more take a long, 10000 a pointer, 20000 a function, 30000 an offset of 64 bits.
enum {
  catalog_curl_low_speed_limit = 19,
  catalog_curl_low_speed_time = 20,
  catalog_curl_noprogress = 43,
  catalog_curl_nobody = 44,
  catalog_curl_followlocation = 52,
  catalog_curl_ssl_verifypeer = 64,
  catalog_curl_httpget = 80,
  catalog_curl_ssl_verifyhost = 81,
  catalog_curl_http_version = 84,
  catalog_curl_nosignal = 99,
  catalog_curl_tcp_nodelay = 121,
  catalog_curl_timeout_ms = 155,
  catalog_curl_connecttimeout_ms = 156,
  catalog_curl_protocols = 181,
  catalog_curl_path_as_is = 234,
  catalog_curl_suppress_connect_headers = 265,
  catalog_curl_writedata = 10001,
  catalog_curl_url = 10002,
  catalog_curl_postfields = 10015,
  catalog_curl_useragent = 10018,
  catalog_curl_httpheader = 10023,
  catalog_curl_headerdata = 10029,
  catalog_curl_customrequest = 10036,
  catalog_curl_xferinfodata = 10057,
  catalog_curl_cainfo = 10065,
  catalog_curl_noproxy = 10177,
  catalog_curl_writefunction = 20011,
  catalog_curl_headerfunction = 20079,
  catalog_curl_opensocketfunction = 20163,
  catalog_curl_xferinfofunction = 20219,
  catalog_curl_postfieldsize_large = 30120,
};

// Values that options take.
enum {
  catalog_curl_http_version_1_1 = 2,
  catalog_curl_protocol_http_and_https = 3,
  catalog_curl_global_default = 3,
};

// CURLE_*.
enum {
  catalog_curl_ok = 0,
  catalog_curl_unsupported_protocol = 1,
  catalog_curl_malformed_url = 3,
  catalog_curl_unresolved_proxy = 5,
  catalog_curl_unresolved_host = 6,
  catalog_curl_unconnected = 7,
  catalog_curl_partial_file = 18,
  catalog_curl_write_error = 23,
  catalog_curl_out_of_memory = 27,
  catalog_curl_timed_out = 28,
  catalog_curl_tls_connect = 35,
  catalog_curl_aborted = 42,
  catalog_curl_certificate_problem = 58,
  catalog_curl_peer_verification = 60,
  catalog_curl_ca_file = 77,
};

// CURLINFO_RESPONSE_CODE.
enum { catalog_curl_response_code = 0x200000 + 2 };

// curl_easy_setopt and curl_easy_getinfo take what the option says, which Swift cannot call: `function` is their
// address.
static inline int catalog_curl_set_number(void *function, void *handle, int option, long value) {
  return ((int (*)(void *, int, ...))function)(handle, option, value);
}

static inline int catalog_curl_set_size(void *function, void *handle, int option, int64_t value) {
  return ((int (*)(void *, int, ...))function)(handle, option, value);
}

static inline int catalog_curl_set_pointer(void *function, void *handle, int option, const void *value) {
  return ((int (*)(void *, int, ...))function)(handle, option, value);
}

static inline int catalog_curl_set_text(void *function, void *handle, int option, const char *value) {
  return ((int (*)(void *, int, ...))function)(handle, option, value);
}

static inline int catalog_curl_set_writer(void *function, void *handle, int option, catalog_curl_writer value) {
  return ((int (*)(void *, int, ...))function)(handle, option, value);
}

static inline int catalog_curl_set_watcher(void *function, void *handle, int option, catalog_curl_watcher value) {
  return ((int (*)(void *, int, ...))function)(handle, option, value);
}

static inline int catalog_curl_set_opener(void *function, void *handle, int option, catalog_curl_opener value) {
  return ((int (*)(void *, int, ...))function)(handle, option, value);
}

static inline int catalog_curl_get_number(void *function, void *handle, int information, long *value) {
  return ((int (*)(void *, int, ...))function)(handle, information, value);
}
