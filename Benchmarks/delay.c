// A proxy that gives every answer later, as a store far away would; it makes nothing wait for anything else.
//
//   delay PORT MILLISECONDS
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

static void end(struct connection *connection) {
  if (connection->is_over) return;
  connection->is_over = 1;
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
    struct chunk *chunk = make(sizeof *chunk + (size_t)count);
    chunk->count = (size_t)count;
    memcpy(chunk->bytes, buffer, (size_t)count);
    struct side *to = side->other;
    if (to->last) to->last->next = chunk;
    else to->first = chunk;
    to->last = chunk;
    if (!to->is_client) {
      drain(to);
      continue;
    }
    chunk->due = now() + delay;
    struct turn *turn = make(sizeof *turn);
    *turn = (struct turn){NULL, connection, chunk->due};
    if (last_turn) last_turn->next = turn;
    else first_turn = turn;
    last_turn = turn;
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
  if (count != 3) {
    fputs("usage: delay PORT MILLISECONDS\n", stderr);
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
