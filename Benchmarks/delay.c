// A proxy that gives every answer later, as a store far away would; it makes nothing wait for anything else.
//
//   delay PORT MILLISECONDS [remember]
//
// Takes connections on a port of this host that it chooses and prints, and makes one for each to PORT, where a server is.
// What comes from the client goes on at once. What comes from the server goes on that many milliseconds after it came. It
// knows nothing of what is sent. Ends with the process that started it.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// Some bytes on their way, and when they may go on.
struct chunk {
  struct chunk *next;
  int64_t due;
  size_t count, sent;
  char bytes[];
};

struct connection;

// A request, without what signs it, and the answer.
struct memory {
  char *request, *answer;
  size_t count;
};

// A request as it comes, and the answer of the server as it goes by.
struct exchange {
  char *request, *answer;
  size_t request_count, count;
};

// One of two sockets: what waits to be written to it.
struct side {
  struct connection *connection;
  struct side *other;
  int socket, is_client, has_ended;
  struct chunk *first, *last;
};

// Kept when it is over, since turns and events may still name it.
struct connection {
  struct side client, server;
  struct exchange exchange;
  int is_over;
};

// When chunks are due, in order, since all wait equally long.
struct turn {
  struct turn *next;
  struct connection *connection;
  int64_t due;
};

static struct turn *first_turn, *last_turn;
static int poll_set;
static int64_t delay;
static int remembers;
static struct memory *memories;
static size_t memory_count, memory_room;
static char buffer[1 << 17];

static _Noreturn void fail(const char *what) {
  perror(what);
  exit(1);
}

static void *make(size_t count) {
  void *memory = calloc(1, count);
  if (!memory) fail("memory");
  return memory;
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

// Where a request is among all, or would be.
static struct memory *place_of(const char *request) {
  uint64_t hash = 14695981039346656037U;
  for (const char *byte = request; *byte; byte++) hash = (hash ^ (unsigned char)*byte) * 1099511628211U;
  size_t place = hash & (memory_room - 1);
  while (memories[place].request && strcmp(memories[place].request, request) != 0) place = (place + 1) & (memory_room - 1);
  return &memories[place];
}

// Makes sure that there is room for one more.
static void grow(void) {
  if (memory_room > 2 * memory_count + 2) return;
  struct memory *old = memories;
  size_t old_room = memory_room;
  memory_room = old_room ? 2 * old_room : 1 << 16;
  memories = make(memory_room * sizeof *memories);
  for (size_t place = 0; place < old_room; place++)
    if (old[place].request) *place_of(old[place].request) = old[place];
  free(old);
}

// Keeps the answer that has gone by, now that the client, which waits for each, goes on.
static void keep(struct exchange *exchange) {
  if (exchange->request && exchange->count > 12 && memcmp(exchange->answer, "HTTP/1.1 200", 12) == 0) {
    grow();
    struct memory *memory = place_of(exchange->request);
    if (!memory->request) {
      *memory = (struct memory){exchange->request, exchange->answer, exchange->count};
      memory_count++;
      *exchange = (struct exchange){0};
      return;
    }
  }
  free(exchange->request);
  free(exchange->answer);
  *exchange = (struct exchange){0};
}

static void end(struct connection *connection) {
  if (connection->is_over) return;
  connection->is_over = 1;
  free(connection->exchange.request);
  free(connection->exchange.answer);
  close(connection->client.socket);
  close(connection->server.socket);
  for (int place = 0; place < 2; place++) {
    struct side *side = place ? &connection->server : &connection->client;
    while (side->first) {
      struct chunk *chunk = side->first;
      side->first = chunk->next;
      free(chunk);
    }
  }
}

// Writes what is due.
static void drain(struct side *side) {
  int64_t time = delay && side->is_client ? now() : INT64_MAX;
  while (side->first && side->first->due <= time) {
    struct chunk *chunk = side->first;
    ssize_t count = send(side->socket, chunk->bytes + chunk->sent, chunk->count - chunk->sent, MSG_NOSIGNAL);
    if (count < 0) {
      if (errno != EAGAIN && errno != ENOTCONN) end(side->connection);
      return;
    }
    chunk->sent += (size_t)count;
    if (chunk->sent < chunk->count) continue;
    side->first = chunk->next;
    if (!side->first) side->last = NULL;
    free(chunk);
  }
  if (!side->first && side->other->has_ended) end(side->connection);
}

// Hands on what one side has sent, later where it is for the client.
static void pass(struct side *to, const char *bytes, size_t count) {
  struct chunk *chunk = make(sizeof *chunk + count);
  chunk->count = count;
  memcpy(chunk->bytes, bytes, count);
  if (to->last) to->last->next = chunk;
  else to->first = chunk;
  to->last = chunk;
  if (!to->is_client) {
    drain(to);
    return;
  }
  chunk->due = now() + delay;
  struct turn *turn = make(sizeof *turn);
  *turn = (struct turn){NULL, to->connection, chunk->due};
  if (last_turn) last_turn->next = turn;
  else first_turn = turn;
  last_turn = turn;
}

static char *append(char *old, size_t *old_count, const char *bytes, size_t count) {
  char *whole = realloc(old, *old_count + count + 1);
  if (!whole) fail("memory");
  memcpy(whole + *old_count, bytes, count);
  *old_count += count;
  whole[*old_count] = 0;
  return whole;
}

// Takes a part of a request, and sees to the whole of it.
static void ask(struct connection *connection, const char *bytes, size_t count) {
  struct exchange *exchange = &connection->exchange;
  if (exchange->answer) keep(exchange);
  exchange->request = append(exchange->request, &exchange->request_count, bytes, count);
  if (!strstr(exchange->request, "\r\n\r\n")) return;
  char *request = exchange->request;
  size_t request_count = exchange->request_count;
  *exchange = (struct exchange){0};
  // The first line, without a signature in it.
  size_t length = strcspn(request, "\r");
  char *name = strndup(request, length), *signature = strstr(name, "X-Amz-Algorithm=");
  if (signature) *signature = 0;
  struct memory *memory = memory_room ? place_of(name) : NULL;
  if (memory && memory->request) {
    pass(&connection->client, memory->answer, memory->count);
    free(name);
  } else {
    pass(&connection->server, request, request_count);
    if (!connection->is_over && strncmp(name, "GET ", 4) == 0) exchange->request = name;
    else free(name);
  }
  free(request);
}

static void receive(struct side *side) {
  struct connection *connection = side->connection;
  while (!connection->is_over) {
    ssize_t count = recv(side->socket, buffer, sizeof buffer, 0);
    if (count < 0 && (errno == EAGAIN || errno == ENOTCONN)) return;
    if (count <= 0) {
      side->has_ended = 1;
      // A client that is gone wants no answer.
      if (side->is_client || !side->other->first) end(connection);
      return;
    }
    if (remembers && side->is_client) {
      ask(connection, buffer, (size_t)count);
      continue;
    }
    struct exchange *exchange = &connection->exchange;
    if (remembers && exchange->request)
      exchange->answer = append(exchange->answer, &exchange->count, buffer, (size_t)count);
    pass(side->other, buffer, (size_t)count);
  }
}

static void watch(struct side *side) {
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = side};
  if (epoll_ctl(poll_set, EPOLL_CTL_ADD, side->socket, &event) < 0) fail("epoll_ctl");
}

static void take(int listener, const struct sockaddr_in *server) {
  int client;
  while ((client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
    struct connection *connection = make(sizeof *connection);
    int other = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), yes = 1;
    if (other < 0) fail("socket");
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    setsockopt(other, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    connection->client = (struct side){connection, &connection->server, client, 1, 0, NULL, NULL};
    connection->server = (struct side){connection, &connection->client, other, 0, 0, NULL, NULL};
    if (connect(other, (const struct sockaddr *)server, sizeof *server) < 0 && errno != EINPROGRESS) fail("connect");
    watch(&connection->client);
    watch(&connection->server);
  }
}

// Those whose time has come; gives the milliseconds until the next one, or -1.
static int pass_turns(void) {
  int64_t time = now();
  while (first_turn && first_turn->due <= time) {
    struct turn *turn = first_turn;
    struct connection *connection = turn->connection;
    first_turn = turn->next;
    if (!first_turn) last_turn = NULL;
    free(turn);
    if (!connection->is_over) drain(&connection->client);
  }
  return first_turn ? (int)((first_turn->due - time + 999999) / 1000000) : -1;
}

int main(int count, char **arguments) {
  remembers = count == 4 && strcmp(arguments[3], "remember") == 0;
  if (count != 3 + remembers) {
    fputs("usage: delay PORT MILLISECONDS [remember]\n", stderr);
    return 64;
  }
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  delay = atoll(arguments[2]) * 1000000;
  struct sockaddr_in server = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof own;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener < 0 || bind(listener, (struct sockaddr *)&own, sizeof own) < 0 || listen(listener, 4096) < 0 ||
      getsockname(listener, (struct sockaddr *)&own, &length) < 0)
    fail("listen");
  poll_set = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  if (poll_set < 0 || epoll_ctl(poll_set, EPOLL_CTL_ADD, listener, &event) < 0) fail("epoll");
  printf("%d\n", ntohs(own.sin_port));
  fflush(stdout);
  while (1) {
    struct epoll_event events[256];
    int ready = epoll_wait(poll_set, events, 256, pass_turns());
    if (ready < 0 && errno != EINTR) fail("epoll_wait");
    for (int place = 0; place < ready; place++) {
      struct side *side = events[place].data.ptr;
      if (!side) {
        take(listener, &server);
        continue;
      }
      if (!side->connection->is_over && events[place].events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) receive(side);
      if (!side->connection->is_over && events[place].events & EPOLLOUT) drain(side);
    }
  }
}
