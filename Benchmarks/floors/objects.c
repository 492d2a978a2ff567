// The floor of reading objects: what a client needs that does nothing but send requests and take answers.
//
//   objects get PORT CONNECTIONS LIST   LIST has the target of a request on each line
//   objects put PORT CONNECTIONS LIST   the target, a tab, and the file to send
//
// Targets are signed in their query, so that the server does the same as for any client, and this one signs nothing. Each
// connection to PORT on this host is kept, and asks for the next object as soon as it has one; one thread serves them all. Any
// answer but 200 ends it with 1. Prints what was moved.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM = 1 << 20, MOST_CONNECTIONS = 4096 };

struct connection {
  int socket;
  char *request;
  size_t request_length, sent;
  char *answer;
  size_t received;
};

static struct connection connections[MOST_CONNECTIONS];
static FILE *list;
static int is_put, port, poll_set;
static long under_way, done, bytes;

static _Noreturn void fail(const char *what) {
  perror(what);
  exit(1);
}

// Puts a file behind the head of a request.
static size_t body(const char *path, char *room, size_t most) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) fail(path);
  ssize_t count = read(file, room, most);
  if (count < 0 || (size_t)count == most) fail(path);
  close(file);
  return (size_t)count;
}

static void push(struct connection *connection) {
  while (connection->sent < connection->request_length) {
    ssize_t count = send(
        connection->socket, connection->request + connection->sent, connection->request_length - connection->sent, MSG_NOSIGNAL);
    if (count < 0) {
      if (errno == EAGAIN || errno == ENOTCONN) return;
      fail("send");
    }
    connection->sent += (size_t)count;
  }
}

// Asks for the next object; without one, the connection rests.
static void ask(struct connection *connection) {
  static char line[8192], contents[ROOM];
  connection->request_length = connection->sent = connection->received = 0;
  if (!fgets(line, sizeof line, list)) return;
  line[strcspn(line, "\n")] = 0;
  char *path = strchr(line, '\t');
  if (path) *path++ = 0;
  size_t length = is_put && path ? body(path, contents, sizeof contents) : 0;
  char size[64] = "";
  if (is_put) snprintf(size, sizeof size, "Content-Length: %zu\r\n", length);
  int head = snprintf(
      connection->request, ROOM, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\n", is_put ? "PUT" : "GET", line, port, size);
  if ((size_t)head + length > ROOM) fail("a request is too long");
  memcpy(connection->request + head, contents, length);
  connection->request_length = (size_t)head + length;
  bytes += (long)length;
  under_way++;
  push(connection);
}

// Gives the length of a whole answer, or 0 where more is to come.
static size_t whole(struct connection *connection) {
  connection->answer[connection->received] = 0;
  char *end = strstr(connection->answer, "\r\n\r\n");
  if (!end) return 0;
  if (strncmp(connection->answer, "HTTP/1.1 200", 12) != 0) {
    fprintf(stderr, "%.500s\n", connection->answer);
    exit(1);
  }
  const char *length = strcasestr(connection->answer, "\r\ncontent-length:");
  if (!length || length > end) {
    fputs("an answer does not say how long it is\n", stderr);
    exit(1);
  }
  size_t body = strtoul(length + 17, NULL, 10), head = (size_t)(end + 4 - connection->answer);
  if (head + body >= ROOM) fail("an answer is too long");
  if (connection->received < head + body) return 0;
  if (!is_put) bytes += (long)body;
  return head + body;
}

static void pull(struct connection *connection) {
  while (1) {
    ssize_t count = recv(connection->socket, connection->answer + connection->received, ROOM - 1 - connection->received, 0);
    if (count < 0 && (errno == EAGAIN || errno == ENOTCONN)) return;
    if (count <= 0) {
      if (count == 0 && connection->request_length == 0) return;
      fail("the server ended a connection");
    }
    connection->received += (size_t)count;
    if (whole(connection) == 0) continue;
    under_way--;
    done++;
    ask(connection);
  }
}

static void open_connection(struct connection *connection, const struct sockaddr_in *server) {
  int yes = 1;
  connection->request = malloc(ROOM);
  connection->answer = malloc(ROOM);
  connection->socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (!connection->request || !connection->answer || connection->socket < 0) fail("socket");
  setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (connect(connection->socket, (const struct sockaddr *)server, sizeof *server) < 0 && errno != EINPROGRESS) fail("connect");
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = connection};
  if (epoll_ctl(poll_set, EPOLL_CTL_ADD, connection->socket, &event) < 0) fail("epoll_ctl");
  ask(connection);
}

int main(int count, char **arguments) {
  long wanted = count == 5 ? atol(arguments[3]) : 0;
  is_put = count == 5 && strcmp(arguments[1], "put") == 0;
  if (wanted < 1 || wanted > MOST_CONNECTIONS || (!is_put && strcmp(arguments[1], "get") != 0)) {
    fputs("usage: objects get|put PORT CONNECTIONS LIST\n", stderr);
    return 64;
  }
  port = atoi(arguments[2]);
  list = fopen(arguments[4], "r");
  poll_set = epoll_create1(EPOLL_CLOEXEC);
  if (!list || poll_set < 0) fail(arguments[4]);
  struct sockaddr_in server = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  for (long place = 0; place < wanted && !feof(list); place++) open_connection(&connections[place], &server);
  while (under_way > 0) {
    struct epoll_event events[256];
    int ready = epoll_wait(poll_set, events, 256, 60000);
    if (ready == 0) fail("no answer came for a minute");
    if (ready < 0 && errno != EINTR) fail("epoll_wait");
    for (int place = 0; place < ready; place++) {
      struct connection *connection = events[place].data.ptr;
      if (events[place].events & EPOLLOUT) push(connection);
      if (events[place].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) pull(connection);
    }
  }
  printf("{\"objects\":%ld,\"bytes\":%ld}\n", done, bytes);
}
